"""Numbers for what clocks say keep their order, whatever is said in whatever order."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from router.cache.stamps import Stamps

CLOCKS = st.lists(st.tuples(*[st.integers(0, 5)] * 3), min_size=1, max_size=30)


@given(said=CLOCKS)
def test_a_later_stamp_stands_for_no_earlier_clock(said: list[tuple[int, ...]]) -> None:
    stamps = Stamps(3)
    known = []
    for clocks in said:
        stamp = stamps.note(clocks)
        assert (stamp == 0) == (stamps.clocks(stamp) is None)
        known.append((stamp, stamps.clocks(stamp) or (0, 0, 0)))
        assert all(found >= told for found, told in zip(known[-1][1], clocks, strict=True))
    for (one, first), (two, second) in pairwise(known):
        assert one <= two
        assert (one == two) == (first == second)
        assert all(before <= after for before, after in zip(first, second, strict=True))
    assert known[-1][1] == tuple(map(max, zip(*said, strict=True)))


def test_forgets_the_oldest() -> None:
    stamps = Stamps(1, most=3)
    given = [stamps.note([clock]) for clock in range(1, 6)]
    assert [stamps.clocks(each) for each in given] == [None, None, (3,), (4,), (5,)]
    assert [stamps.clocks(each) for each in (0, -1, given[-1] + 1)] == [None, None, None]
