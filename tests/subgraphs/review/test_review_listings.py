"""Gathered listings: filters, sorts, bookmarks, statistics, and how many SQL statements they take."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from subgraphs.kit import ids
from subgraphs.kit.testing import Client, FakeClock
from subgraphs.review.models import ReviewListingStatus, ReviewSource

DEMO, STRANGER = 2, 50
LISTING = "id sourcePlatform externalId category rewardType rewardValue { amountMinor currency } deadline currentApplicants scrapedAt status title brand"


class TestListings:
    async def test_active_ones_unless_asked_otherwise(self, client: Client) -> None:
        viewer = client.as_user(DEMO)
        found = {
            status: await viewer.nodes(f"reviewListings(filter: {{status: {status}}})", LISTING)
            for status in ReviewListingStatus.__members__
        }
        assert {status: {each["status"] for each in each_of} for status, each_of in found.items()} == {
            status: {status} for status in ReviewListingStatus.__members__
        }
        assert found["ACTIVE"] == await viewer.nodes("reviewListings", LISTING)

    @pytest.mark.parametrize(
        ("sort", "key"),
        [
            ("LATEST", lambda each: -datetime.fromisoformat(each["scrapedAt"]).timestamp()),
            ("DEADLINE", lambda each: datetime.fromisoformat(each["deadline"]).timestamp()),
            ("REWARD", lambda each: -each["rewardValue"]["amountMinor"]),
            ("FEWEST_APPLICANTS", lambda each: each["currentApplicants"]),
        ],
    )
    async def test_sorts(self, client: Client, sort: str, key: Callable[[dict[str, Any]], float]) -> None:
        found = await client.as_user(DEMO).nodes(f"reviewListings(sort: {sort})", LISTING)
        keys = [key(listing) for listing in found]
        assert keys == sorted(keys)
        assert len({listing["id"] for listing in found}) == len(found) > 50

    @pytest.mark.parametrize(
        ("filter", "fits"),
        [
            ("category: PETS", lambda each: each["category"] == "PETS"),
            ("platforms: [REVU, NAVER]", lambda each: each["sourcePlatform"] in ("REVU", "NAVER")),
            ("platforms: []", lambda each: False),
            ("rewardType: CASH", lambda each: each["rewardType"] == "CASH"),
            (
                "minReward: 50000, maxReward: 100000",
                lambda each: 50_000 <= each["rewardValue"]["amountMinor"] <= 100_000,
            ),
            ('q: "pet&ME"', lambda each: each["brand"] == "Pet&Me"),
            ('q: "체험단"', lambda each: "체험단" in each["title"]),
            (
                "category: FOOD, rewardType: PRODUCT",
                lambda each: (each["category"], each["rewardType"]) == ("FOOD", "PRODUCT"),
            ),
        ],
    )
    async def test_filters(self, client: Client, filter: str, fits: Callable[[dict[str, Any]], bool]) -> None:
        viewer = client.as_user(DEMO)
        everywhere = await viewer.nodes("reviewListings", LISTING)
        found = await viewer.nodes(f"reviewListings(filter: {{{filter}}})", LISTING)
        assert found == [listing for listing in everywhere if fits(listing)]

    async def test_a_cursor_belongs_to_its_sort(self, client: Client) -> None:
        viewer = client.as_user(DEMO)
        query = "query($after: String) { reviewListings(first: 1, after: $after, sort: %s) { pageInfo { endCursor } } }"
        cursor = (await viewer.data(query % "REWARD"))["reviewListings"]["pageInfo"]["endCursor"]
        assert await viewer.codes(query % "FEWEST_APPLICANTS", after=cursor) == ["INVALID_CURSOR"]

    async def test_the_search_has_its_limits(self, client: Client) -> None:
        query = 'query { reviewListings(filter: {q: "x"}) { nodes { id } } }'
        assert await client.as_user(DEMO).codes(query) == ["INVALID_SEARCH"]

    async def test_bookmarks_are_the_viewers(self, client: Client) -> None:
        query = "query($id: ID!) { reviewListing(id: $id) { isBookmarked } }"
        for user, marked in ((DEMO, True), (STRANGER + 10**6, False)):
            for key in (1, 2, 3):
                data = await client.as_user(user).data(query, id=ids.encode("ReviewListing", key))
                assert data == {"reviewListing": {"isBookmarked": marked}}
        kept = await client.as_user(DEMO).nodes("reviewBookmarks", "createdAt listing { id }")
        assert {each["listing"]["id"] for each in kept} == {
            ids.encode("ReviewListing", key) for key in (1, 2, 3)
        }

    async def test_lists_cost_one_statement_per_level(self, client: Client) -> None:
        viewer = client.as_user(DEMO)
        for query, count in (
            ("{ reviewListings(first: 30) { nodes { title } } }", 1),
            ("{ reviewListings(first: 30) { nodes { title isBookmarked } } }", 2),
            ("{ reviewBookmarks { nodes { listing { title isBookmarked } } } }", 3),
            ("{ reviewAccounts { nodes { platform owner { id } socialAccount { id } } } }", 1),
            (
                "{ reviewApplications { nodes { status listing { title } account { platform owner { id } } } } }",
                3,
            ),
        ):
            with viewer.statements() as seen:
                await viewer.data(query)
            assert seen.count == count, query

    async def test_statistics_count_what_the_lists_hold(self, client: Client, clock: FakeClock) -> None:
        viewer = client.as_user(DEMO)
        listings = await viewer.nodes("reviewListings", LISTING)
        selection = "listings newInLastDay averageReward { amountMinor currency }"
        query = f"{{ reviewListingStats {{ {selection} bySource {{ sourcePlatform {selection} }} }} }}"
        with viewer.statements() as seen:
            stats = (await viewer.data(query))["reviewListingStats"]
        assert seen.count == 1

        def expected(members: list[dict[str, Any]]) -> dict[str, Any]:
            rewards = [each["rewardValue"]["amountMinor"] for each in members]
            new = [
                each
                for each in members
                if datetime.fromisoformat(each["scrapedAt"]) > clock.now - timedelta(hours=24)
            ]
            average = {"amountMinor": round(sum(rewards) / len(rewards)), "currency": "KRW"}
            return {"listings": len(members), "newInLastDay": len(new), "averageReward": average}

        by_source = stats.pop("bySource")
        assert stats == expected(listings)
        assert {each["sourcePlatform"] for each in by_source} == set(ReviewSource.__members__)
        for each in by_source:
            source = each.pop("sourcePlatform")
            assert each == expected([listing for listing in listings if listing["sourcePlatform"] == source])

    async def test_by_platform_and_id_there_in_one_statement(self, client: Client) -> None:
        viewer = client.as_user(DEMO)
        listings = (await viewer.nodes("reviewListings", LISTING))[:10]
        representations = [
            {
                "__typename": "ReviewListing",
                "sourcePlatform": listing["sourcePlatform"],
                "externalId": listing["externalId"],
            }
            for listing in listings
        ]
        with viewer.statements() as seen:
            found = await viewer.entities("... on ReviewListing { id }", *representations)
        assert [entity["id"] for entity in found] == [listing["id"] for listing in listings]
        assert seen.count == 1

    @pytest.mark.parametrize(
        ("representation", "code"),
        [
            ({"sourcePlatform": "NOWHERE", "externalId": "1"}, "INVALID_LISTING_KEY"),
            ({"sourcePlatform": "REVU"}, "INVALID_REPRESENTATION"),
        ],
    )
    async def test_malformed_references(
        self, client: Client, representation: dict[str, str], code: str
    ) -> None:
        query = "query($r: [_Any!]!) { _entities(representations: $r) { __typename } }"
        assert await client.as_user(DEMO).codes(
            query, r=[{"__typename": "ReviewListing", **representation}]
        ) == [code]
