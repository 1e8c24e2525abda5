"""Applying for a campaign: what comes of it, what is refused, and what happens when many do it at once."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update

from subgraphs.kit import ids, testing
from subgraphs.kit.errors import JsonValue
from subgraphs.kit.testing import Client, FakeClock
from subgraphs.kit.unit_of_work import unit_of_work
from subgraphs.kit.viewer import Role
from subgraphs.review import SERVICE
from subgraphs.review.models import Campaign, CampaignStatus

CREATOR, APPLICANT, SOMEBODY = 9, 8, 11
APPLY = """mutation($input: ApplyToCampaignInput!) { applyToCampaign(input: $input) {
    id message followerCount status createdAt applicant { id } socialAccount { id }
    campaign { id spotsAvailable status } } }"""
NewCampaign = Callable[..., Awaitable[int]]


def application(campaign: int, **values: JsonValue) -> dict[str, JsonValue]:
    return {
        "campaignId": ids.encode("Campaign", campaign),
        "message": "Let me try it.",
        "followerCount": 100,
        **values,
    }


async def sql(client: Client, statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    async with client.subgraph.database.read(fresh=True) as session:
        return [tuple(row) for row in await session.rows(text(statement).bindparams(**parameters))]


async def holding_places(client: Client, campaign: int) -> tuple[int, int]:
    """What the counter says, and what there is to count."""
    ((counted, there),) = await sql(
        client,
        "SELECT taken_places, (SELECT count(*) FROM campaign_applications a WHERE a.campaign_id = c.id "
        "AND a.status IN ('PENDING', 'APPROVED')) FROM campaigns c WHERE id = :key",
        key=campaign,
    )
    return counted, there


class TestApplying:
    async def test_it_takes_a_place(self, client: Client, new_campaign: NewCampaign) -> None:
        key = await new_campaign(max_reviewers=3)
        account = ids.encode("SNSAccount", APPLICANT)
        answer = (
            await client.as_user(APPLICANT).data(
                APPLY, input=application(key, message=" 안녕 & <b>\n", socialAccountId=account)
            )
        )["applyToCampaign"]
        assert answer["message"] == " 안녕 & <b>\n"
        assert (answer["status"], answer["followerCount"]) == ("PENDING", 100)
        assert answer["applicant"] == {"id": ids.encode("User", APPLICANT)}
        assert answer["socialAccount"] == {"id": account}
        assert answer["campaign"]["spotsAvailable"] == 2
        assert await holding_places(client, key) == (1, 1)

    async def test_the_last_place_is_one(self, client: Client, new_campaign: NewCampaign) -> None:
        key = await new_campaign(max_reviewers=1)
        answer = await client.as_user(APPLICANT).data(APPLY, input=application(key))
        assert answer["applyToCampaign"]["campaign"]["spotsAvailable"] == 0
        assert answer["applyToCampaign"]["campaign"]["status"] == "ACTIVE"
        assert answer["applyToCampaign"]["socialAccount"] is None
        assert await client.as_user(SOMEBODY).codes(APPLY, input=application(key)) == ["CAMPAIGN_FULL"]
        # Somebody who is in is told so, full or not.
        assert await client.as_user(APPLICANT).codes(APPLY, input=application(key)) == ["ALREADY_APPLIED"]

    async def test_events_are_written_in_the_same_transaction(
        self, client: Client, new_campaign: NewCampaign
    ) -> None:
        key = await new_campaign()
        answer = await client.as_user(APPLICANT).data(APPLY, input=application(key))
        rows = await sql(
            client,
            "SELECT entity_type, kind, o.xmin = a.xmin FROM outbox_events o, campaign_applications a "
            "WHERE a.campaign_id = :key AND entity_key IN (:application, :campaign) ORDER BY entity_type",
            key=key,
            application=answer["applyToCampaign"]["id"],
            campaign=ids.encode("Campaign", key),
        )
        assert rows == [("Campaign", "applied_to", True), ("CampaignApplication", "created", True)]

    async def test_the_number_of_statements_is_fixed(self, client: Client, new_campaign: NewCampaign) -> None:
        key = await new_campaign()
        with client.statements() as seen:
            await client.as_user(APPLICANT).data(
                "mutation($input: ApplyToCampaignInput!) { applyToCampaign(input: $input) { id } }",
                input=application(key),
            )
        # the campaign, the application, its place, the events
        assert seen.count == 4


class TestRefusals:
    @pytest.mark.parametrize(
        ("values", "code"),
        [
            ({"message": ""}, "INVALID_MESSAGE"),
            ({"message": "  "}, "INVALID_MESSAGE"),
            ({"message": "x" * 2001}, "INVALID_MESSAGE"),
            ({"message": "a\0b"}, "BAD_USER_INPUT"),
            ({"followerCount": -1}, "INVALID_FOLLOWER_COUNT"),
            ({"campaignId": "x"}, "INVALID_ID"),
            ({"campaignId": ids.encode("User", 1)}, "INVALID_ID"),
            ({"campaignId": ids.encode("Campaign", 10**12)}, "NOT_FOUND"),
            ({"socialAccountId": ids.encode("User", 1)}, "INVALID_ID"),
        ],
    )
    async def test_bad_input(
        self, client: Client, new_campaign: NewCampaign, values: dict[str, JsonValue], code: str
    ) -> None:
        key = await new_campaign()
        given = application(key) | values
        assert await client.as_user(APPLICANT).codes(APPLY, input=given) == [code]
        assert await holding_places(client, key) == (0, 0)

    @pytest.mark.parametrize(
        ("values", "code"),
        [
            ({"creator_id": APPLICANT}, "OWN_CAMPAIGN"),
            ({"status": CampaignStatus.CLOSED}, "CAMPAIGN_NOT_ACTIVE"),
            ({"status": CampaignStatus.COMPLETED}, "CAMPAIGN_NOT_ACTIVE"),
            ({"status": CampaignStatus.EXPIRED}, "DEADLINE_PASSED"),
            ({"max_reviewers": 1, "taken_places": 1}, "CAMPAIGN_FULL"),
        ],
    )
    async def test_campaigns_that_take_none(
        self, client: Client, new_campaign: NewCampaign, values: dict[str, Any], code: str
    ) -> None:
        key = await new_campaign(**values)
        before = await holding_places(client, key)
        assert await client.as_user(APPLICANT).codes(APPLY, input=application(key)) == [code]
        assert await holding_places(client, key) == before
        assert (
            await sql(client, "SELECT id FROM campaign_applications WHERE campaign_id = :key", key=key) == []
        )

    async def test_the_deadline_itself_is_too_late(
        self, client: Client, new_campaign: NewCampaign, clock: FakeClock
    ) -> None:
        key = await new_campaign(deadline=clock.now + timedelta(minutes=1))
        clock.now += timedelta(seconds=59)
        await client.as_user(APPLICANT).data(APPLY, input=application(key))
        clock.now += timedelta(seconds=1)
        assert await client.as_user(SOMEBODY).codes(APPLY, input=application(key)) == ["DEADLINE_PASSED"]

    async def test_once_per_campaign_and_any_number_of_campaigns(
        self, client: Client, new_campaign: NewCampaign
    ) -> None:
        one, other = await new_campaign(), await new_campaign()
        viewer = client.as_user(APPLICANT)
        await viewer.data(APPLY, input=application(one))
        assert await viewer.codes(APPLY, input=application(one)) == ["ALREADY_APPLIED"]
        await viewer.data(APPLY, input=application(other))
        assert [await holding_places(client, key) for key in (one, other)] == [(1, 1), (1, 1)]

    async def test_it_needs_a_viewer_with_a_subscription(
        self, client: Client, new_campaign: NewCampaign, clock: FakeClock
    ) -> None:
        given = application(await new_campaign())
        assert await client.codes(APPLY, input=given) == ["UNAUTHENTICATED"]
        assert await client.with_token("x").codes(APPLY, input=given) == ["INVALID_TOKEN"]
        others = client.as_user(APPLICANT, products=frozenset({"coocook"}))
        assert await others.codes(APPLY, input=given) == ["SUBSCRIPTION_REQUIRED"]
        # The gate comes first, so that what is behind it cannot be sounded out.
        assert await others.codes(APPLY, input=given | {"campaignId": "x"}) == ["SUBSCRIPTION_REQUIRED"]

    async def test_admins_apply_by_the_same_rules(self, client: Client, new_campaign: NewCampaign) -> None:
        admin = client.as_user(1, role=Role.ADMIN, products=frozenset())
        key = await new_campaign(creator_id=1)
        assert await admin.codes(APPLY, input=application(key)) == ["OWN_CAMPAIGN"]


async def crowd(stack: AsyncExitStack, url: str, clock: FakeClock, processes: int) -> list[Client]:
    """The service several times over, each with connections of its own."""
    clients = [testing.client(SERVICE, url, clock) for _ in range(processes)]
    return [await stack.enter_async_context(client) for client in clients]


async def outcome(client: Client, user: int, campaign: int) -> str:
    return ",".join(await client.as_user(user).codes(APPLY, input=application(campaign))) or "applied"


class TestAtTheSameTime:
    async def test_fifty_applicants_get_ten_places(
        self, prepared: Any, client: Client, new_campaign: NewCampaign, clock: FakeClock
    ) -> None:
        key = await new_campaign(max_reviewers=10)
        async with AsyncExitStack() as stack:
            clients = await crowd(stack, prepared(SERVICE), clock, 4)
            outcomes = await asyncio.gather(
                *(outcome(clients[user % 4], user, key) for user in range(1000, 1050))
            )
        assert Counter(outcomes) == {"applied": 10, "CAMPAIGN_FULL": 40}
        assert await holding_places(client, key) == (10, 10)
        events = await sql(
            client,
            "SELECT count(*) FROM outbox_events WHERE entity_key = :key",
            key=ids.encode("Campaign", key),
        )
        assert events == [(10,)]

    async def test_one_applicant_gets_one_place(
        self, prepared: Any, client: Client, new_campaign: NewCampaign, clock: FakeClock
    ) -> None:
        key = await new_campaign(max_reviewers=10)
        async with AsyncExitStack() as stack:
            clients = await crowd(stack, prepared(SERVICE), clock, 2)
            outcomes = await asyncio.gather(
                *(outcome(clients[turn % 2], APPLICANT, key) for turn in range(20))
            )
        assert Counter(outcomes) == {"applied": 1, "ALREADY_APPLIED": 19}
        assert await holding_places(client, key) == (1, 1)

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"status": CampaignStatus.CLOSED}, "CAMPAIGN_NOT_ACTIVE"),
            ({"taken_places": 10}, "CAMPAIGN_FULL"),
        ],
    )
    async def test_a_campaign_that_changes_while_somebody_applies(
        self, client: Client, new_campaign: NewCampaign, change: dict[str, Any], code: str
    ) -> None:
        key = await new_campaign(max_reviewers=10)
        async with unit_of_work(client.subgraph.database, SERVICE.outbox) as work:
            await work.session.execute(update(Campaign).where(Campaign.id == key).values(**change))
            applying = asyncio.create_task(outcome(client, APPLICANT, key))
            await waiting_for_a_lock(client)
        assert await applying == code
        assert (await holding_places(client, key))[1] == 0


async def waiting_for_a_lock(client: Client) -> None:
    """Until somebody waits for a row that a transaction of this test holds."""
    async with asyncio.timeout(10):
        while not await sql(client, "SELECT 1 FROM pg_locks WHERE NOT granted"):
            pass
