"""Writes selections that a subgraph operation repeats once, as a fragment, where that makes its text shorter."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from router.planner.fetch_graph import Out

_SHORTEST = 24
"""Selections below this length are cheaper repeated."""
_MOST = 16
"""Fragments in one operation; each is looked for anew."""


def repeated_selections(outs: Iterable[Out], texts: Mapping[int, str]) -> dict[tuple[str, str], str]:
    """Names of fragments, by the type and the text of the selections that they stand for.

    `texts` has the text of every selection, in braces, by the identity of its Out.
    """
    chosen: dict[tuple[str, str], str] = {}
    roots = list(outs)
    while len(chosen) < _MOST:
        counts = Counter(_kinds(roots, texts, chosen))
        best = max(counts, key=lambda kind: (_saved(kind, counts[kind]), kind), default=None)
        if best is None or _saved(best, counts[best]) <= 0:
            break
        chosen[best] = f"f{len(chosen)}"
    return chosen


def _saved(kind: tuple[str, str], count: int) -> int:
    type_name, text = kind
    spread, definition = len("{...f0}"), len(" fragment f0 on ") + len(type_name) + len(text)
    return count * (len(text) - spread) - definition


def _kinds(
    roots: Iterable[Out], texts: Mapping[int, str], chosen: Mapping[tuple[str, str], str]
) -> Iterator[tuple[str, str]]:
    """Every selection that may become a fragment, as often as it would be written out."""
    defined: set[tuple[str, str]] = set()
    pending = [below for root in roots for below in root.below()]
    while pending:
        out = pending.pop()
        kind = (out.type_name, texts[id(out)])
        if kind in chosen:
            if kind in defined:
                continue
            defined.add(kind)
        elif len(kind[1]) >= _SHORTEST:
            yield kind
        pending.extend(out.below())
