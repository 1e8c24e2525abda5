"""What sns_auto answers to whom, in which order, and with how many SQL statements."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from subgraphs.kit import ids
from subgraphs.kit.errors import JsonValue
from subgraphs.kit.sdl import export
from subgraphs.kit.testing import Client, FakeClock, reference
from subgraphs.kit.viewer import Role
from subgraphs.sns_auto import SERVICE, rules
from subgraphs.sns_auto.enums import SNSPostStatus
from subgraphs.sns_auto.models import SNSPost
from subgraphs.sns_auto.repository import posts

DEMO, OTHER = 2, 9
ENTITIES = "query($r: [_Any!]!) { _entities(representations: $r) { ... on %s { %s } } }"


def moment(node: JsonValue, field: str) -> datetime:
    return datetime.fromisoformat(node[field])


class TestAccounts:
    PRIVATE = "owner { id } isActive tokenExpiresAt permissions siteUrl postCount"

    async def test_what_the_network_shows_is_public(self, client: Client) -> None:
        selection = "... on SNSAccount { platform accountName followers pictureUrl }"
        found = await client.entities(selection, *[reference("SNSAccount", key) for key in (1, 2, 3, 8, 4)])
        assert [account and (account["platform"], account["followers"]) for account in found[:3]] == [
            ("INSTAGRAM", 12_400),
            ("TWITTER", 3_150),
            ("BLOG", 890),
        ]
        assert found[3]["accountName"] == "user8"
        assert found[4] is None

    @pytest.mark.parametrize("viewer", [None, OTHER])
    async def test_all_else_is_null_for_others(self, client: Client, viewer: int | None) -> None:
        asking = client.as_user(viewer) if viewer else client
        (account,) = await asking.entities(
            f"... on SNSAccount {{ {self.PRIVATE} }}", reference("SNSAccount", 3)
        )
        assert {key: value for key, value in account.items() if key != "__typename"} == dict.fromkeys(
            ("owner", "isActive", "tokenExpiresAt", "permissions", "siteUrl", "postCount")
        )

    async def test_its_owner_and_admins_see_it(self, client: Client) -> None:
        for asking in (client.as_user(DEMO), client.as_user(1, role=Role.ADMIN)):
            (account,) = await asking.entities(
                f"... on SNSAccount {{ {self.PRIVATE} posts {{ nodes {{ id }} }} }}",
                reference("SNSAccount", 3),
            )
            assert account["owner"] == {"id": ids.encode("User", DEMO)}
            assert account["siteUrl"] == "https://blog.softfactory.com"
            assert account["postCount"] == len(account["posts"]["nodes"]) == 1

    async def test_accounts_by_platform(self, client: Client) -> None:
        query = "{ snsAccounts(platform: TWITTER) { nodes { platform } } }"
        assert (await client.as_user(DEMO).data(query))["snsAccounts"]["nodes"] == [{"platform": "TWITTER"}]

    def test_tokens_are_nowhere_in_the_schema(self) -> None:
        schema = export(SERVICE).lower()
        for word in ("accesstoken", "refreshtoken", "secret", "password"):
            assert word not in schema


class TestPrivacy:
    LISTS = (
        "snsAccounts",
        "snsPosts",
        "snsCampaigns",
        "snsTemplates",
        "linkInBios",
        "snsAutomations",
        "snsInbox",
        "snsCompetitors",
    )
    PERIODS = (
        'snsCalendar(from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z")',
        'snsAnalytics(from: "2026-01-01", to: "2026-02-01")',
    )

    @pytest.mark.parametrize("name", LISTS + PERIODS)
    async def test_own_lists_need_a_viewer_with_a_subscription(self, client: Client, name: str) -> None:
        query = f"{{ {name} {{ nodes {{ __typename }} }} }}"
        assert await client.codes(query) == ["UNAUTHENTICATED"]
        assert await client.as_user(DEMO, products=frozenset()).codes(query) == ["SUBSCRIPTION_REQUIRED"]
        assert await client.as_user(DEMO).codes(query) == []

    @pytest.mark.parametrize("name", LISTS)
    async def test_the_demo_user_has_some_of_each(self, client: Client, name: str) -> None:
        nodes = (await client.as_user(DEMO).data(f"{{ {name} {{ nodes {{ id }} }} }}"))[name]["nodes"]
        assert len(nodes) >= 2

    @pytest.mark.parametrize("name", [name for name in LISTS if name != "snsTemplates"])
    async def test_lists_of_two_users_share_nothing(self, client: Client, name: str) -> None:
        query = f"{{ {name}(first: 100) {{ nodes {{ id }} }} }}"
        mine, theirs = [
            {node["id"] for node in (await client.as_user(user).data(query))[name]["nodes"]}
            for user in (DEMO, 40)
        ]
        assert mine
        assert not mine & theirs

    @pytest.mark.parametrize("name", ["snsAccounts", "snsPosts", "linkInBios"])
    @pytest.mark.parametrize(
        ("viewer", "codes"), [(None, ["UNAUTHENTICATED"]), (OTHER, ["FORBIDDEN"]), (DEMO, [])]
    )
    async def test_lists_of_users(
        self, client: Client, name: str, viewer: int | None, codes: list[str]
    ) -> None:
        asking = client.as_user(viewer) if viewer else client
        query = ENTITIES % ("User", f"id {name} {{ nodes {{ id }} }}")
        response = await asking.execute(query, r=[reference("User", DEMO)])
        assert [error["extensions"]["code"] for error in response.get("errors", [])] == codes
        assert response["data"]["_entities"][0]["id"] == ids.encode("User", DEMO)

    @pytest.mark.parametrize("type_name", ["SNSPost", "SNSCampaign", "SNSAutomate"])
    async def test_private_entities_of_others_look_missing(self, client: Client, type_name: str) -> None:
        for asking in (client, client.as_user(OTHER)):
            assert await asking.entities("", reference(type_name, 1), reference(type_name, 10**9)) == [
                None,
                None,
            ]
        assert await client.as_user(DEMO).entities("", reference(type_name, 1)) == [{"__typename": type_name}]

    async def test_posts_of_others_look_missing(self, client: Client) -> None:
        query = "query($id: ID!) { snsPost(id: $id) { content } }"
        theirs = await client.as_user(OTHER).execute(query, id=ids.encode("SNSPost", 1))
        assert theirs == await client.as_user(OTHER).execute(query, id=ids.encode("SNSPost", 10**9))
        assert theirs["errors"][0]["extensions"]["code"] == "NOT_FOUND"
        assert (
            "Bibimbap"
            in (await client.as_user(DEMO).data(query, id=ids.encode("SNSPost", 1)))["snsPost"]["content"]
        )

    async def test_a_filter_by_an_account_of_others_finds_nothing(self, client: Client) -> None:
        query = "query($id: ID!) { snsPosts(filter: {accountId: $id}) { nodes { id } } }"
        found = await client.as_user(OTHER).data(query, id=ids.encode("SNSAccount", 1))
        assert found["snsPosts"]["nodes"] == []


class TestPosts:
    async def test_the_demo_user_has_posts_in_every_state(self, client: Client) -> None:
        query = "{ snsPosts { nodes { id status createdAt platform account { platform } campaign { name } media { id } } } }"
        nodes = (await client.as_user(DEMO).data(query))["snsPosts"]["nodes"]
        assert {node["status"] for node in nodes} == {"DRAFT", "SCHEDULED", "PUBLISHED", "FAILED"}
        assert all(node["platform"] == node["account"]["platform"] for node in nodes)
        times = [moment(node, "createdAt") for node in nodes]
        assert times == sorted(times, reverse=True)
        files = {file["id"] for node in nodes for file in node["media"]}
        assert files == {ids.encode("FileUpload", key) for key in range(1, 7)}

    @pytest.mark.parametrize(
        ("filter_", "count"),
        [
            ("", 6),
            ("status: DRAFT", 2),
            ("platform: TWITTER", 2),
            ("platform: TWITTER, status: DRAFT", 1),
            (f"accountId: {json.dumps(ids.encode('SNSAccount', 1))}", 3),
            ('scheduledFrom: "2999-01-01T00:00:00Z"', 0),
            ('scheduledBefore: "2999-01-01T00:00:00Z"', 4),
        ],
    )
    async def test_filters(self, client: Client, filter_: str, count: int) -> None:
        query = f"{{ snsPosts(filter: {{ {filter_} }}) {{ nodes {{ id }} }} }}"
        assert len((await client.as_user(DEMO).data(query))["snsPosts"]["nodes"]) == count

    async def test_the_calendar_runs_forward(self, client: Client, clock: FakeClock) -> None:
        query = """query($from: DateTime!, $to: DateTime!, $after: String) {
            snsCalendar(from: $from, to: $to, first: 1, after: $after) {
                nodes { scheduledAt } pageInfo { hasNextPage endCursor } } }"""
        period = {
            "from": (clock.now - timedelta(days=180)).isoformat(),
            "to": (clock.now + timedelta(days=180)).isoformat(),
        }
        times: list[datetime] = []
        after = None
        while True:
            page = (await client.as_user(DEMO).data(query, after=after, **period))["snsCalendar"]
            times += [moment(node, "scheduledAt") for node in page["nodes"]]
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]
        assert len(times) == 4
        assert times == sorted(times)

    @pytest.mark.parametrize(
        "period",
        [
            'from: "2026-02-01T00:00:00Z", to: "2026-02-01T00:00:00Z"',
            'from: "2026-01-01T00:00:00Z", to: "2027-03-01T00:00:00Z"',
        ],
    )
    async def test_periods_that_are_refused(self, client: Client, period: str) -> None:
        query = f"{{ snsCalendar({period}) {{ nodes {{ id }} }} }}"
        assert await client.as_user(DEMO).codes(query) == ["INVALID_PERIOD"]

    async def test_every_scheduled_or_published_post_of_the_seed_keeps_the_rules(
        self, client: Client
    ) -> None:
        async with client.subgraph.database.read() as session:
            rows: list[SNSPost] = list(await posts(session, list(range(1, 200))))
        checked = [row for row in rows if row.status in (SNSPostStatus.SCHEDULED, SNSPostStatus.PUBLISHED)]
        assert len(checked) > 20
        for row in checked:
            rules.check_publishable(row)


class TestLinkInBio:
    QUERY = "query($slug: String!) { publicLinkInBio(slug: $slug) { slug title theme clicks owner { id } links { url label } } }"

    async def test_a_page_is_public_and_its_numbers_are_not(self, client: Client) -> None:
        page = (await client.data(self.QUERY, slug="softfactory-demo"))["publicLinkInBio"]
        assert (page["clicks"], page["owner"]) == (None, None)
        assert [link["label"] for link in page["links"]] == ["Book a chef", "Read the blog"]
        own = (await client.as_user(DEMO).data(self.QUERY, slug="softfactory-demo"))["publicLinkInBio"]
        assert isinstance(own["clicks"], int)
        assert own["owner"] == {"id": ids.encode("User", DEMO)}

    @pytest.mark.parametrize("slug", ["", "nothing", "SOFTFACTORY-DEMO", "x" * 5000])
    async def test_other_slugs_are_nothing(self, client: Client, slug: str) -> None:
        assert await client.data(self.QUERY, slug=slug) == {"publicLinkInBio": None}

    async def test_both_keys_find_it_in_one_statement_each(self, client: Client) -> None:
        by_id, by_slug = reference("LinkInBio", 1), {"__typename": "LinkInBio", "slug": "softfactory-demo"}
        with client.statements() as seen:
            found = await client.entities("... on LinkInBio { id slug }", by_id, by_slug, by_id, by_slug)
        assert seen.count == 2
        assert {(page["id"], page["slug"]) for page in found} == {(by_id["id"], "softfactory-demo")}

    async def test_it_needs_a_key(self, client: Client) -> None:
        query = ENTITIES % ("LinkInBio", "id")
        assert await client.codes(query, r=[{"__typename": "LinkInBio"}]) == ["INVALID_REPRESENTATION"]


class TestNumbers:
    async def test_one_row_per_account_and_day_latest_first(self, client: Client, clock: FakeClock) -> None:
        query = """query($from: Date!, $to: Date!, $after: String, $platform: SNSPlatform) {
            snsAnalytics(from: $from, to: $to, first: 40, after: $after, platform: $platform) {
                nodes { day followers account { id platform followers } } pageInfo { hasNextPage endCursor } } }"""
        period = {
            "from": (clock.now - timedelta(days=60)).date().isoformat(),
            "to": clock.now.date().isoformat(),
        }
        rows: list[Any] = []
        after = None
        while True:
            page = (await client.as_user(DEMO).data(query, after=after, **period))["snsAnalytics"]
            rows += page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]
        assert len({(row["day"], row["account"]["id"]) for row in rows}) == len(rows) == 90
        assert [row["day"] for row in rows] == sorted((row["day"] for row in rows), reverse=True)
        for row in rows[:3]:
            assert row["followers"] == row["account"]["followers"]
        blog = (await client.as_user(DEMO).data(query, platform="BLOG", **period))["snsAnalytics"]["nodes"]
        assert {row["account"]["platform"] for row in blog} == {"BLOG"}

    async def test_periods_are_limited(self, client: Client) -> None:
        for period in ('from: "2026-01-02", to: "2026-01-01"', 'from: "2025-01-01", to: "2026-02-01"'):
            query = f"{{ snsAnalytics({period}) {{ nodes {{ day }} }} }}"
            assert await client.as_user(DEMO).codes(query) == ["INVALID_PERIOD"]
        one_day = '{ snsAnalytics(from: "2026-01-01", to: "2026-01-01") { nodes { day } } }'
        assert await client.as_user(DEMO).codes(one_day) == []

    async def test_the_inbox_by_status(self, client: Client) -> None:
        query = "{ snsInbox(status: UNREAD) { nodes { status type sender account { id } } } }"
        nodes = (await client.as_user(DEMO).data(query))["snsInbox"]["nodes"]
        assert {node["status"] for node in nodes} == {"UNREAD"}

    async def test_settings_are_null_until_they_are_set(self, client: Client) -> None:
        query = "{ snsSettings { bannedKeywords telegramEnabled } }"
        found = await client.as_user(DEMO).data(query)
        assert found == {"snsSettings": {"bannedKeywords": ["spam"], "telegramEnabled": False}}
        assert await client.as_user(OTHER).data(query) == {"snsSettings": None}


class TestTemplates:
    async def test_the_systems_and_own_ones(self, client: Client) -> None:
        query = "{ snsTemplates { nodes { name isSystem } } }"
        own = {
            node["name"]: node["isSystem"]
            for node in (await client.as_user(DEMO).data(query))["snsTemplates"]["nodes"]
        }
        others = {node["name"] for node in (await client.as_user(OTHER).data(query))["snsTemplates"]["nodes"]}
        assert own["Chef of the week"] is False
        assert others == {name for name, is_system in own.items() if is_system}

    async def test_templates_for_all_platforms_belong_to_each(self, client: Client) -> None:
        query = "{ snsTemplates(platform: BLOG) { nodes { platform } } }"
        nodes = (await client.as_user(DEMO).data(query))["snsTemplates"]["nodes"]
        assert {node["platform"] for node in nodes} == {None, "BLOG"}
        query = "{ snsTemplates(category: EDUCATIONAL) { nodes { category } } }"
        nodes = (await client.as_user(DEMO).data(query))["snsTemplates"]["nodes"]
        assert {node["category"] for node in nodes} == {"EDUCATIONAL"}

    async def test_the_two_of_card_news(self, client: Client) -> None:
        found = (await client.data("{ cardNewsTemplates { slideCount structure } }"))["cardNewsTemplates"]
        assert [template["slideCount"] for template in found] == [8, 10]
        assert all(len(template["structure"]) == template["slideCount"] for template in found)


STATEMENTS = [
    ("{ snsAccounts { nodes { postCount posts { nodes { content media { id } } } } } }", 3),
    ("{ snsPosts { nodes { account { postCount } campaign { posts { nodes { account { id } } } } } } }", 5),
    ("{ snsCampaigns { nodes { posts { nodes { account { posts { nodes { id } } } } } } } }", 4),
    ("{ linkInBios { nodes { links { url } owner { id } } } }", 2),
    ("{ snsInbox { nodes { account { id } } } }", 2),
    (
        "{ snsTemplates { nodes { name } } snsAutomations { nodes { platforms owner { id } } } snsCompetitors { nodes { engagementRate } } }",
        3,
    ),
]


@pytest.mark.parametrize(("query", "count"), STATEMENTS)
async def test_a_list_is_one_statement_per_level(client: Client, query: str, count: int) -> None:
    with client.statements() as seen:
        await client.as_user(DEMO).data(query)
    assert seen.count == count, seen.texts


async def test_what_users_have_is_one_statement_for_all(client: Client) -> None:
    users = [reference("User", key) for key in range(2, 15)]
    for name in ("snsAccounts", "snsPosts", "linkInBios"):
        admin = client.as_user(1, role=Role.ADMIN)
        with admin.statements() as seen:
            await admin.entities(f"... on User {{ {name} {{ nodes {{ id }} }} }}", *users)
        assert seen.count == 1, name
