"""Steps as a run would have them."""

from benchmarks.cache.shares import Share, Step


def step(hits: int, fields: int, *, first: bool = False, new: int = 0, whole: int = 0) -> Step:
    """With two calls where there is no cache, and one with ours if it lacks something."""
    shares = {
        "ours": Share(hits, fields, 0 if hits == fields else 1),
        "whole": Share(whole, fields, 0 if whole else 2),
    }
    return Step(is_first=first, new_entities=new, uncached_calls=2, shares=shares)


RUN = (
    step(0, 10, first=True, new=5),
    step(5, 10, first=True, new=1),
    step(9, 10, first=True),
    step(10, 10, whole=10),
)
