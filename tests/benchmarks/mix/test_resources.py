from benchmarks.mix.counting import Count
from benchmarks.mix.resources import CHEF_LISTS, CHEFS, OTHERS, OVERALL, PROFILES, rows


def test_a_list_counts_for_its_resource_and_on_its_own_and_everything_overall() -> None:
    counts = {
        ("Query", "chefs"): Count(3, 1, 6),
        ("Chef", "bio"): Count(80, 4, 6),
        ("User", "name"): Count(3, 0, 1),
        ("Moon", "phase"): Count(0, 0, 1),
    }
    ages = {("Query", "chefs"): 300, ("Chef", "bio"): 600, ("User", "name"): 3600}
    found = {row.resource: row for row in rows(counts, ages)}
    assert {name: row.count for name, row in found.items()} == {
        CHEFS: Count(83, 5, 12),
        CHEF_LISTS: Count(3, 1, 6),
        PROFILES: Count(3, 0, 1),
        OTHERS: Count(0, 0, 1),
        OVERALL: Count(86, 5, 14),
    }
    assert found[CHEFS].ages == (300, 600)
    assert (found[CHEFS].count.ratio, found[CHEFS].is_met) == (0.88, True)
    assert (found[CHEF_LISTS].count.ratio, found[CHEF_LISTS].is_met) == (0.4, False)
    assert found[PROFILES].is_met is True
    assert found[OTHERS].is_met is None


def test_exactly_the_target_is_enough() -> None:
    [row, _] = rows({("User", "name"): Count(2, 1, 1)}, {})
    assert (row.count.ratio, row.target, row.is_met) == (0.75, 0.75, True)


def test_what_may_not_be_kept_is_in_no_row() -> None:
    assert rows({("Booking", "id"): Count(passed=7)}, {}) == []
    [row, _] = rows(
        {("Chef", "id"): Count(hits=1), ("Chef", "bookings"): Count(passed=7)}, {("Chef", "bookings"): 9}
    )
    assert (row.count, row.ages) == (Count(hits=1), ())
