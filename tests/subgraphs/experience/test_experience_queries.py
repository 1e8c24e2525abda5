"""What experience answers, and with how many SQL statements."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from subgraphs.experience import SERVICE
from subgraphs.experience.models import ExperienceCategory, ExperienceSite
from subgraphs.kit import ids
from subgraphs.kit.testing import Client, FakeClock, reference
from subgraphs.kit.unit_of_work import unit_of_work

LISTING = "id site url title category reward rewardValue { amountMinor currency } deadline status"
SEEDED = 8
VOLUME = 60


async def everything(client: Client, field: str = "experiences") -> list[dict[str, Any]]:
    return await client.nodes(field, LISTING)


class TestListings:
    async def test_the_eight_of_the_old_platform_have_fixed_ids(self, client: Client) -> None:
        query = "query($id: ID!) { experience(id: $id) { title site category rewardValue { amountMinor currency } deadline } }"
        found = [
            (await client.data(query, id=ids.encode("ExperienceListing", key)))["experience"]
            for key in range(1, SEEDED + 1)
        ]
        assert [listing["site"] for listing in found] == [
            site.name for site in ExperienceSite for _ in (1, 2)
        ]
        assert {listing["category"] for listing in found} == set(ExperienceCategory.__members__)
        assert found[1]["rewardValue"] == {"amountMinor": 25_000, "currency": "KRW"}
        assert found[5]["rewardValue"] is None
        assert found[5]["deadline"] is None

    async def test_pages_go_through_all_of_them_once(self, client: Client) -> None:
        found = await everything(client)
        assert len({listing["id"] for listing in found}) == len(found) == SEEDED + VOLUME

    async def test_a_page_is_one_statement(self, client: Client) -> None:
        with client.statements() as seen:
            await client.data(f"{{ experiences(first: 30) {{ nodes {{ {LISTING} }} }} }}")
        assert seen.count == 1

    @pytest.mark.parametrize("site", list(ExperienceSite.__members__))
    async def test_by_site(self, client: Client, site: str) -> None:
        everywhere = await everything(client)
        found = await everything(client, f"experiences(site: {site})")
        assert found == [listing for listing in everywhere if listing["site"] == site]
        assert len(found) >= 2

    @pytest.mark.parametrize("category", list(ExperienceCategory.__members__))
    async def test_by_category(self, client: Client, category: str) -> None:
        everywhere = await everything(client)
        found = await everything(client, f"experiences(category: {category})")
        assert found == [listing for listing in everywhere if listing["category"] == category]
        assert found

    async def test_open_and_closed_are_all(self, client: Client) -> None:
        everywhere = await everything(client)
        for argument, status in (("true", "OPEN"), ("false", "CLOSED")):
            found = await everything(client, f"experiences(open: {argument})")
            assert found == [listing for listing in everywhere if listing["status"] == status]
            assert found

    async def test_a_listing_closes_by_itself(self, client: Client, clock: FakeClock) -> None:
        query = f"{{ experience(id: {ids.encode('ExperienceListing', 1)!r}) {{ status }} }}".replace("'", '"')
        assert await client.data(query) == {"experience": {"status": "OPEN"}}
        clock.now += timedelta(days=15)
        assert await client.data(query) == {"experience": {"status": "CLOSED"}}

    async def test_an_unknown_one_is_null(self, client: Client) -> None:
        query = "query($id: ID!) { experience(id: $id) { title } }"
        assert await client.data(query, id=ids.encode("ExperienceListing", 10**9)) == {"experience": None}
        assert await client.codes(query, id=ids.encode("Campaign", 1)) == ["INVALID_ID"]

    @pytest.mark.parametrize(
        ("arguments", "code"),
        [
            ("first: 0", "INVALID_PAGE_SIZE"),
            ("first: 101", "INVALID_PAGE_SIZE"),
            ('after: "x"', "INVALID_CURSOR"),
            ("site: NOWHERE", "GRAPHQL_VALIDATION_FAILED"),
        ],
    )
    async def test_bad_arguments(self, client: Client, arguments: str, code: str) -> None:
        assert await client.codes(f"{{ experiences({arguments}) {{ nodes {{ id }} }} }}") == [code]


class TestStatistics:
    async def test_they_count_what_the_lists_hold(self, client: Client) -> None:
        everywhere = await everything(client)
        count = "count { listings open }"
        query = f"{{ experienceStats {{ total {{ listings open lastSeenAt }} bySite {{ site {count} }} byCategory {{ category {count} }} }} }}"
        with client.statements() as seen:
            stats = (await client.data(query))["experienceStats"]
        assert seen.count == 1
        assert stats["total"]["listings"] == len(everywhere)
        assert stats["total"]["lastSeenAt"]
        for group, key in (("bySite", "site"), ("byCategory", "category")):
            for entry in stats[group]:
                members = [listing for listing in everywhere if listing[key] == entry[key]]
                is_open = [listing for listing in members if listing["status"] == "OPEN"]
                assert entry["count"] == {"listings": len(members), "open": len(is_open)}

    async def test_sites_and_categories_are_all_there(self, client: Client) -> None:
        data = await client.data(
            "{ experienceSites { site count { listings } } experienceCategories { category count { open } } }"
        )
        assert [entry["site"] for entry in data["experienceSites"]] == list(ExperienceSite.__members__)
        assert [entry["category"] for entry in data["experienceCategories"]] == list(
            ExperienceCategory.__members__
        )


class TestReferences:
    async def test_by_site_and_url_in_one_statement(self, client: Client) -> None:
        listings = (await everything(client))[:10]
        by_address = [
            {"__typename": "ExperienceListing", "site": listing["site"], "url": listing["url"]}
            for listing in listings
        ]
        with client.statements() as seen:
            found = await client.entities("... on ExperienceListing { id }", *by_address)
        assert [entity["id"] for entity in found] == [listing["id"] for listing in listings]
        assert seen.count == 1

    async def test_an_address_without_a_listing_is_null(self, client: Client) -> None:
        unknown = {"__typename": "ExperienceListing", "site": "SOOMGO", "url": "https://soomgo.example/none"}
        assert await client.entities("", unknown) == [None]

    @pytest.mark.parametrize(
        ("representation", "code"),
        [
            ({"site": "NOWHERE", "url": "https://a.example"}, "INVALID_LISTING_ADDRESS"),
            ({"site": "SOOMGO"}, "INVALID_REPRESENTATION"),
            ({"id": "x"}, "INVALID_ID"),
        ],
    )
    async def test_malformed_ones(self, client: Client, representation: dict[str, str], code: str) -> None:
        query = "query($r: [_Any!]!) { _entities(representations: $r) { __typename } }"
        assert await client.codes(query, r=[{"__typename": "ExperienceListing", **representation}]) == [code]

    async def test_by_id(self, client: Client) -> None:
        found = await client.entities("... on ExperienceListing { site }", reference("ExperienceListing", 3))
        assert found == [{"__typename": "ExperienceListing", "site": "DANGGEUN"}]


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ("site = 'NOWHERE'", "ck_experience_listings_experiencesite"),
        ("url = 'ftp://a.example'", "ck_experience_listings_url_is_web"),
        (
            "url = (SELECT url FROM experience_listings WHERE id = 2), site = 'COUPANG_EATS'",
            "uq_experience_listings_site_url",
        ),
        ("last_seen_at = first_seen_at - interval '1 second'", "ck_experience_listings_seen_in_order"),
        ("reward_value_minor = 0", "ck_experience_listings_reward_value_positive"),
        ("reward_value_currency = NULL", "ck_experience_listings_reward_value_complete"),
    ],
)
async def test_the_database_refuses(client: Client, values: str, constraint: str) -> None:
    change = f"UPDATE experience_listings SET {values} WHERE id = 1"  # noqa: S608
    with pytest.raises(IntegrityError, match=constraint):
        async with unit_of_work(client.subgraph.database, SERVICE.outbox) as work:
            await work.session.execute(text(change))


@pytest.mark.parametrize(
    "condition", ["true", "site = 'SOOMGO'", "category = 'FOOD'", "(deadline IS NULL OR deadline > now())"]
)
async def test_pages_come_from_an_index(client: Client, condition: str) -> None:
    page = (
        f"SELECT * FROM experience_listings WHERE {condition} ORDER BY first_seen_at DESC, id DESC LIMIT 21"  # noqa: S608
    )
    async with unit_of_work(client.subgraph.database, SERVICE.outbox) as work:
        await work.session.execute(text("SET LOCAL enable_seqscan = off"))
        await work.session.execute(text("SET LOCAL enable_bitmapscan = off"))
        plan = await work.session.rows(text(f"EXPLAIN {page}"))
    assert "Index" in "".join(row[0] for row in plan)
    assert "Sort" not in "".join(row[0] for row in plan)
