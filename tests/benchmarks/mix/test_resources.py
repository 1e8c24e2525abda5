from benchmarks.mix.counting import Count
from benchmarks.mix.resources import CHEF_LISTS, CHEFS, OTHERS, OVERALL, PROFILES, rows


def test_a_list_counts_for_its_resource_and_on_its_own_and_everything_overall() -> None:
    counts = {
        ("Query", "chefs"): Count(10, 3, 1),
        ("Chef", "bio"): Count(90, 80, 4),
        ("User", "name"): Count(4, 3, 0),
        ("Moon", "phase"): Count(1, 0, 0),
    }
    ages = {("Query", "chefs"): 300, ("Chef", "bio"): 600, ("User", "name"): 3600}
    found = {row.resource: row for row in rows(counts, ages)}
    assert {name: row.count for name, row in found.items()} == {
        CHEFS: Count(100, 83, 5),
        CHEF_LISTS: Count(10, 3, 1),
        PROFILES: Count(4, 3, 0),
        OTHERS: Count(1, 0, 0),
        OVERALL: Count(105, 86, 5),
    }
    assert found[CHEFS].ages == (300, 600)
    assert (found[CHEFS].count.ratio, found[CHEFS].is_met) == (0.88, True)
    assert (found[CHEF_LISTS].count.ratio, found[CHEF_LISTS].is_met) == (0.4, False)
    assert found[PROFILES].is_met is True
    assert found[OTHERS].is_met is None


def test_exactly_the_target_is_enough() -> None:
    [row, _] = rows({("User", "name"): Count(4, 2, 1)}, {})
    assert (row.count.ratio, row.target, row.is_met) == (0.75, 0.75, True)
