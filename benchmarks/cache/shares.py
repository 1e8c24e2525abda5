"""How much of what was asked came out of a cache, request by request."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Share(NamedTuple):
    """Of one request: fields that the cache had, all that were asked, and the calls to subgraphs that it took."""

    hits: int
    fields: int
    calls: int


@dataclass(frozen=True, slots=True)
class Step:
    """One request. `shares` is by cache, `uncached_calls` what a router without one does; `new_entities` came with it."""

    is_first: bool
    new_entities: int
    uncached_calls: int
    shares: Mapping[str, Share]


class Summary(NamedTuple):
    """Shares between 0 and 1. `warm`: after each entity was there once; `first`: of queries that nobody had asked before."""

    everything: float
    warm: float
    first: float
    calls_saved: float


def warm_from(steps: Sequence[Step]) -> int:
    """The number of requests after which no entity comes that was not there before."""
    return max((number for number, step in enumerate(steps, 1) if step.new_entities), default=0)


def summary(steps: Sequence[Step], cache: str) -> Summary:
    """Of one cache."""
    calls = sum(step.shares[cache].calls for step in steps)
    uncached = sum(step.uncached_calls for step in steps)
    return Summary(
        hit_ratio(steps, cache),
        hit_ratio(steps[warm_from(steps) :], cache),
        hit_ratio(_those(steps[warm_from(steps) :], lambda step: step.is_first), cache),
        1 - calls / uncached if uncached else 0.0,
    )


def over_time(steps: Sequence[Step], window: int) -> Iterator[tuple[int, dict[str, float]]]:
    """For each window the number of its last request, and what each cache had in it."""
    for begin in range(0, len(steps), window):
        part = steps[begin : begin + window]
        yield begin + len(part), {cache: hit_ratio(part, cache) for cache in part[0].shares}


def hit_ratio(steps: Iterable[Step], cache: str) -> float:
    """0 where nothing was asked."""
    hits = fields = 0
    for step in steps:
        hits += step.shares[cache].hits
        fields += step.shares[cache].fields
    return hits / fields if fields else 0.0


def _those(steps: Iterable[Step], test: Callable[[Step], bool]) -> list[Step]:
    return [step for step in steps if test(step)]
