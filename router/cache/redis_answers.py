"""What the scripts over the field store answer, as far as it is what they can have answered: all of this raises for garbage.

Behind numbers that matter stands a sum, so garbage that looks like numbers is found out, too.
"""

import math
from collections.abc import Collection, Sequence
from itertools import accumulate
from typing import Any, Final, NamedTuple

from router.cache.announcement import LEASE, MARGIN
from router.cache.redis_entry import checksums, decode
from router.cache.store import GIVEN_BACK, Found, Wanted

_LEFT: Final = range(GIVEN_BACK, 1 << 53)
_LEASE: Final = (LEASE + MARGIN) * 1000


class FoundThen(NamedTuple):
    """`now` is the time of Redis in milliseconds. `garbage` counts entries that are none."""

    found: Found
    now: int
    garbage: int


class Moment(NamedTuple):
    """The clock and the time of Redis, in milliseconds."""

    clock: int
    now: int


def read_found(wanted: Sequence[Wanted], answer: Any) -> FoundThen:
    """Of a read."""
    stamp, now, check, garbage, *values = answer
    if stamp + now != check or len(values) != sum(len(each.fields) for each in wanted):
        raise ValueError("This is not what was asked for.")
    ends = accumulate(len(each.fields) for each in wanted)
    alike = {each.fields for each in wanted}  # many entities, and few sets of fields
    with_checksums = {fields: list(zip(fields, checksums(fields), strict=True)) for fields in alike}
    entries = [
        decode(each.entity, with_checksums[each.fields], values[end - len(each.fields) : end], now)
        for each, end in zip(wanted, ends, strict=True)
    ]
    return FoundThen(Found(stamp, entries), now, garbage)


def read_told(answer: Any) -> tuple[int, float]:
    """The clock after an invalidation, and how many were told; more than there can be where nobody knows."""
    clock, told, complete_for, check = answer
    if clock + told != check:
        raise ValueError("These are not the numbers that were sent.")
    return clock, told if complete_for > _LEASE else math.inf


def read_moment(answer: Any) -> Moment:
    """Of a beat."""
    clock, now, check = answer
    if clock + now != check:
        raise ValueError("These are not the numbers that were sent.")
    return Moment(clock, now)


def read_leases(names: Sequence[str], answer: Any) -> list[int]:
    """For how long others have them."""
    if not isinstance(answer, list):
        raise TypeError("This is no list.")
    return [read_count(_LEFT, each) for _, each in zip(names, answer, strict=True)]


def read_count(allowed: Collection[int], answer: Any) -> int:
    """A number that may be."""
    if answer not in allowed:
        raise ValueError("This is no answer to what was asked.")
    return int(answer)
