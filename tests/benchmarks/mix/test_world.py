from collections.abc import Mapping
from typing import Any

from benchmarks.mix.world import PAGES, world
from router.errors import JsonValue
from subgraphs.kit.seed_plan import SeedPlan
from tests.benchmarks.mix.worlds import NOW


def pages(count: int) -> Any:
    """A service whose lists have so many, each with a cursor that is its number."""

    async def ask(_query: str, variables: Mapping[str, JsonValue]) -> Mapping[str, Any]:
        page = int(str(variables["after"] or 1))
        return {"list": {"pageInfo": {"hasNextPage": page < count, "endCursor": str(page + 1)}}}

    return ask


async def test_lists_have_the_cursors_of_their_first_pages() -> None:
    found = await world(SeedPlan(200, NOW), pages(9), pages(2))
    assert {each.cursors for each in found.chef_lists} == {(None, "2", "3")}
    assert len(found.chef_lists[0].cursors) == PAGES
    assert {each.cursors for each in found.campaign_lists} == {(None, "2")}
    assert {each.cursors for each in found.review_lists} == {(None,)}


async def test_only_chefs_who_take_bookings_are_asked_for_in_an_order_that_is_always_the_same() -> None:
    found = await world(SeedPlan(400, NOW), pages(1), pages(1))
    again = await world(SeedPlan(400, NOW), pages(1), pages(1))
    assert found == again
    assert len(found.chefs) == 23  # of 25 with an account, every tenth takes none
    assert sorted(found.users) == list(range(8, 401))
    assert list(found.users) != sorted(found.users)
