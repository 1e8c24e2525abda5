"""Campaigns and applications for them: what is answered to whom, and with how many SQL statements."""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from subgraphs.kit import ids
from subgraphs.kit.testing import Client, FakeClock, reference
from subgraphs.kit.viewer import Role
from subgraphs.review.models import CampaignCategory, CampaignStatus

ADMIN, DEMO, STRANGER = 1, 2, 50
NewCampaign = Callable[..., Awaitable[int]]


def admin(client: Client) -> Client:
    return client.as_user(ADMIN, role=Role.ADMIN, products=frozenset())


class TestCampaigns:
    async def test_the_three_of_the_old_platform_are_for_everybody(
        self, client: Client, clock: FakeClock
    ) -> None:
        query = "query($id: ID!) { campaign(id: $id) { category rewardType maxReviewers deadline status creator { id } experience { id } } }"
        found = [(await client.data(query, id=ids.encode("Campaign", key)))["campaign"] for key in (1, 2, 3)]
        assert [(c["category"], c["rewardType"], c["maxReviewers"], c["status"]) for c in found] == [
            ("BEAUTY", "PRODUCT", 20, "ACTIVE"),
            ("FOOD", "CASH", 15, "ACTIVE"),
            ("TECH", "BOTH", 10, "ACTIVE"),
        ]
        ends = [datetime.fromisoformat(campaign["deadline"]) - clock.now for campaign in found]
        assert [round(end / timedelta(days=1)) for end in ends] == [30, 25, 20]
        assert found[0]["creator"] == {"id": ids.encode("User", DEMO)}
        assert found[0]["experience"] == {"id": ids.encode("ExperienceListing", 1)}

    async def test_active_ones_unless_asked_otherwise(
        self, client: Client, new_campaign: NewCampaign
    ) -> None:
        await new_campaign(status=CampaignStatus.EXPIRED)
        by_status = {
            status: await client.nodes(f"campaigns(status: {status})", "id status")
            for status in CampaignStatus.__members__
        }
        for status, found in by_status.items():
            assert found
            assert {campaign["status"] for campaign in found} == {status}
        assert await client.nodes("campaigns", "id status") == by_status["ACTIVE"]

    async def test_an_expired_one_leaves_the_list_by_itself(
        self, client: Client, new_campaign: NewCampaign, clock: FakeClock
    ) -> None:
        key = ids.encode("Campaign", await new_campaign(deadline=clock.now + timedelta(seconds=1)))
        active = [campaign["id"] for campaign in await client.nodes("campaigns", "id")]
        clock.now += timedelta(seconds=1)
        expired = [c["id"] for c in await client.nodes("campaigns(status: EXPIRED)", "id")]
        assert key in active
        assert key in expired
        assert key not in [campaign["id"] for campaign in await client.nodes("campaigns", "id")]

    @pytest.mark.parametrize("category", list(CampaignCategory.__members__))
    async def test_by_category(self, client: Client, category: str) -> None:
        everywhere = await client.nodes("campaigns", "id category")
        found = await client.nodes(f"campaigns(category: {category})", "id category")
        assert found == [campaign for campaign in everywhere if campaign["category"] == category]

    @pytest.mark.parametrize(
        ("q", "found"),
        [
            ("100% \\ pure_soap", True),
            ("PURE_SOAP", True),
            ("0% \\", True),
            ("100%pure", False),
            ("pure-soap", False),
            ("%%%%", False),
        ],
    )
    async def test_searching_is_for_text_as_it_is(
        self, client: Client, new_campaign: NewCampaign, q: str, found: bool
    ) -> None:
        key = ids.encode("Campaign", await new_campaign(title="Try", product_name="100% \\ pure_soap"))
        names = await client.nodes(f"campaigns(q: {json.dumps(q)})", "id")
        assert (key in [campaign["id"] for campaign in names]) is found

    async def test_a_list_with_capacity_and_references_is_two_statements(self, client: Client) -> None:
        query = "{ campaigns(first: 20) { nodes { title spotsAvailable maxReviewers status creator { id } experience { id } } } }"
        with client.statements() as seen:
            nodes = (await client.data(query))["campaigns"]["nodes"]
        assert seen.count == 2
        assert all(0 <= node["spotsAvailable"] <= node["maxReviewers"] for node in nodes)

    async def test_the_seed_counts_places_right(self, client: Client) -> None:
        statement = text(
            "SELECT c.id FROM campaigns c WHERE title <> 'A campaign of the tests' AND taken_places <> (SELECT count(*) FROM campaign_applications a "
            "WHERE a.campaign_id = c.id AND a.status IN ('PENDING', 'APPROVED'))"
        )
        async with client.subgraph.database.read() as session:
            assert await session.rows(statement) == []

    @pytest.mark.parametrize(
        ("arguments", "code"),
        [
            ("first: 0", "INVALID_PAGE_SIZE"),
            ("first: 101", "INVALID_PAGE_SIZE"),
            ('after: "x"', "INVALID_CURSOR"),
            ('q: "x"', "INVALID_SEARCH"),
            ("category: PETS", "GRAPHQL_VALIDATION_FAILED"),
        ],
    )
    async def test_bad_arguments(self, client: Client, arguments: str, code: str) -> None:
        assert await client.codes(f"{{ campaigns({arguments}) {{ nodes {{ id }} }} }}") == [code]


class TestApplications:
    SELECTION = "nodes { id message status followerCount campaign { id title } applicant { id } socialAccount { id } }"

    async def test_the_demo_user_has_applied_for_two(self, client: Client) -> None:
        selection = (
            f"... on User {{ campaigns {{ nodes {{ id }} }} campaignApplications {{ {self.SELECTION} }} }}"
        )
        with client.statements() as seen:
            (user,) = await client.as_user(DEMO).entities(selection, reference("User", DEMO))
        # campaigns, applications, campaigns of applications
        assert seen.count == 3
        applications = user["campaignApplications"]["nodes"]
        assert sorted(each["campaign"]["id"] for each in applications) == [
            ids.encode("Campaign", key) for key in (2, 3)
        ]
        assert {each["socialAccount"]["id"] for each in applications} == {
            ids.encode("SNSAccount", key) for key in (1, 2)
        }
        assert ids.encode("Campaign", 1) in [campaign["id"] for campaign in user["campaigns"]["nodes"]]
        assert len(user["campaigns"]["nodes"]) >= 2

    async def test_lists_inside_lists_are_one_statement_per_level(self, client: Client) -> None:
        selection = f"... on Campaign {{ applications(first: 5) {{ {self.SELECTION} }} }}"
        with client.statements() as seen:
            campaigns = await admin(client).entities(
                selection, *[reference("Campaign", key) for key in range(1, 13)]
            )
        # campaigns, which their applications find loaded, and applications
        assert seen.count == 2
        assert sum(len(campaign["applications"]["nodes"]) for campaign in campaigns) > 10

    async def test_a_creator_sees_the_applicants(self, client: Client) -> None:
        key = ids.encode("Campaign", 1)
        query = f"query($id: ID!) {{ campaignApplications(campaignId: $id) {{ {self.SELECTION} }} campaign(id: $id) {{ applications {{ {self.SELECTION} }} }} }}"
        data = await client.as_user(DEMO).data(query, id=key)
        assert data["campaignApplications"] == data["campaign"]["applications"]
        assert (await admin(client).data(query, id=key)) == data

    async def test_by_status(self, client: Client) -> None:
        for status in ("PENDING", "APPROVED", "REJECTED"):
            found = await client.as_user(DEMO).nodes(f"myCampaignApplications(status: {status})", "status")
            assert [each["status"] for each in found] == [status] * len(found)
        assert len(await client.as_user(DEMO).nodes("myCampaignApplications", "status")) == 2

    async def test_nobody_else_sees_them(self, client: Client) -> None:
        query = "query($id: ID!) { campaign(id: $id) { title applications { nodes { id } } } }"
        for asking, code in (
            (client, "UNAUTHENTICATED"),
            (client.as_user(STRANGER), "FORBIDDEN"),
            (client.as_user(DEMO, products=frozenset()), "SUBSCRIPTION_REQUIRED"),
        ):
            response = await asking.execute(query, id=ids.encode("Campaign", 1))
            assert [error["extensions"]["code"] for error in response["errors"]] == [code]
            assert response["data"]["campaign"]["title"]
            assert response["data"]["campaign"]["applications"] is None
            root = "query($id: ID!) { campaignApplications(campaignId: $id) { nodes { id } } }"
            assert await asking.codes(root, id=ids.encode("Campaign", 1)) == [code]

    async def test_a_campaign_that_is_not_there_has_none(self, client: Client) -> None:
        query = "query($id: ID!) { campaignApplications(campaignId: $id) { nodes { id } } }"
        assert await client.as_user(DEMO).codes(query, id=ids.encode("Campaign", 10**9)) == ["NOT_FOUND"]

    async def test_what_one_may_not_see_looks_like_what_is_not_there(self, client: Client) -> None:
        theirs, nothing = reference("CampaignApplication", 1), reference("CampaignApplication", 10**9)
        creator = client.as_user(ADMIN)
        for asking in (client, client.as_user(STRANGER), client.as_user(DEMO, products=frozenset())):
            assert await asking.entities("", theirs, nothing) == [None, None]
        for asking in (client.as_user(DEMO), creator, admin(client)):
            found = await asking.entities("... on CampaignApplication { status }", theirs, nothing)
            assert found == [{"__typename": "CampaignApplication", "status": "APPROVED"}, None]

    async def test_those_of_another_user_are_refused(self, client: Client) -> None:
        query = """query($r: [_Any!]!) { _entities(representations: $r) {
            ... on User { campaigns { nodes { id } } campaignApplications { nodes { id } } } } }"""
        response = await client.as_user(STRANGER).execute(query, r=[reference("User", DEMO)])
        assert [error["extensions"]["code"] for error in response["errors"]] == ["FORBIDDEN"]
        (user,) = response["data"]["_entities"]
        assert user["campaignApplications"] is None
        assert user["campaigns"]["nodes"]

    async def test_campaigns_of_many_users_are_one_statement(self, client: Client) -> None:
        users = [reference("User", key) for key in range(1, 61)]
        with client.statements() as seen:
            found = await client.entities("... on User { campaigns(first: 5) { nodes { id } } }", *users)
        assert seen.count == 1
        assert sum(len(user["campaigns"]["nodes"]) for user in found) > 10
