"""Scheduling a post: by its author, from the right states, and with a publisher at the same moment."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from subgraphs.kit import ids
from subgraphs.kit.errors import JsonValue
from subgraphs.kit.testing import Client, FakeClock
from subgraphs.kit.unit_of_work import unit_of_work
from subgraphs.kit.viewer import Role
from subgraphs.sns_auto import models, repository
from subgraphs.sns_auto.enums import SNSPlatform, SNSPostStatus, SNSTemplateType

SCHEDULE = "mutation($input: SchedulePostInput!) { schedulePost(input: $input) { id status scheduledAt errorMessage retryCount updatedAt account { id } } }"
DRAFT, SCHEDULED, PUBLISHING, PUBLISHED, FAILED = SNSPostStatus


def wish(
    post: models.SNSPost, clock: FakeClock, ahead: timedelta = timedelta(days=1)
) -> dict[str, JsonValue]:
    return {"postId": ids.encode("SNSPost", post.id), "scheduledAt": (clock.now + ahead).isoformat()}


async def stored(client: Client, post: models.SNSPost) -> models.SNSPost:
    async with client.subgraph.database.read(fresh=True) as session:
        (row,) = await repository.posts(session, [post.id])
    return row


STATES: dict[SNSPostStatus, dict[str, Any]] = {
    DRAFT: {},
    SCHEDULED: {"scheduled_at": datetime.fromisoformat("2020-01-01T00:00:00Z")},
    PUBLISHING: {"scheduled_at": datetime.fromisoformat("2020-01-01T00:00:00Z")},
    PUBLISHED: {"published_at": datetime.fromisoformat("2020-01-01T00:00:00Z")},
    FAILED: {"error_message": "The network did not answer.", "retry_count": 3},
}


@pytest.mark.parametrize("status", [DRAFT, SCHEDULED, FAILED])
async def test_a_post_is_scheduled(
    client: Client, clock: FakeClock, new_post: Any, status: SNSPostStatus
) -> None:
    post = await new_post(status=status, **STATES[status])
    scheduled = (await client.as_user(8).data(SCHEDULE, input=wish(post, clock)))["schedulePost"]
    assert datetime.fromisoformat(scheduled.pop("updatedAt")) >= post.updated_at
    assert scheduled == {
        "id": ids.encode("SNSPost", post.id),
        "status": "SCHEDULED",
        "scheduledAt": (clock.now + timedelta(days=1)).isoformat().replace("+00:00", "Z"),
        "errorMessage": None,
        "retryCount": post.retry_count,
        "account": {"id": ids.encode("SNSAccount", post.account_id)},
    }
    row = await stored(client, post)
    assert (row.status, row.scheduled_at) == (SCHEDULED, clock.now + timedelta(days=1))


@pytest.mark.parametrize("status", [PUBLISHING, PUBLISHED])
async def test_what_is_out_is_not_scheduled(
    client: Client, clock: FakeClock, new_post: Any, status: SNSPostStatus
) -> None:
    post = await new_post(status=status, **STATES[status])
    response = await client.as_user(8).execute(SCHEDULE, input=wish(post, clock))
    assert response["errors"][0]["extensions"] == {
        "code": "INVALID_POST_TRANSITION",
        "from": status.value,
        "to": "SCHEDULED",
    }
    assert (await stored(client, post)).status is status


async def test_it_is_told_in_the_outbox(client: Client, clock: FakeClock, new_post: Any) -> None:
    post = await new_post()
    await client.as_user(8).data(SCHEDULE, input=wish(post, clock))
    async with client.subgraph.database.read(fresh=True) as session:
        mine = models.OutboxEvent.entity_key == ids.encode("SNSPost", post.id)
        events = await session.all(select(models.OutboxEvent).where(mine))
    told = [(event.kind, event.payload) for event in events]
    assert told == [("scheduled", {"scheduledAt": (clock.now + timedelta(days=1)).isoformat()})]


@pytest.mark.parametrize(
    ("ahead", "code"),
    [
        (timedelta(), "SCHEDULED_IN_THE_PAST"),
        (timedelta(days=-1), "SCHEDULED_IN_THE_PAST"),
        (timedelta(days=366), "SCHEDULED_TOO_FAR_AHEAD"),
    ],
)
async def test_times_that_are_refused(
    client: Client, clock: FakeClock, new_post: Any, ahead: timedelta, code: str
) -> None:
    post = await new_post()
    assert await client.as_user(8).codes(SCHEDULE, input=wish(post, clock, ahead)) == [code]
    assert (await stored(client, post)).status is DRAFT


UNFIT: list[tuple[SNSPlatform, dict[str, Any], str]] = [
    (SNSPlatform.TWITTER, {"content": "x" * 281}, "TEXT_TOO_LONG"),
    (
        SNSPlatform.FACEBOOK,
        {"hashtags": [str(n) for n in range(30)], "content": "#more"},
        "TOO_MANY_HASHTAGS",
    ),
    (SNSPlatform.INSTAGRAM, {}, "INVALID_MEDIA"),
    (SNSPlatform.TWITTER, {"media": [1, 2, 3, 4, 5]}, "INVALID_MEDIA"),
    (SNSPlatform.INSTAGRAM, {"media": [1], "template_type": SNSTemplateType.CAROUSEL}, "INVALID_MEDIA"),
    (SNSPlatform.YOUTUBE, {"media": [1]}, "INVALID_TITLE"),
]


@pytest.mark.parametrize(("platform", "values", "code"), UNFIT, ids=str)
async def test_posts_that_their_network_would_refuse(
    client: Client,
    clock: FakeClock,
    new_account: Any,
    new_post: Any,
    platform: SNSPlatform,
    values: Any,
    code: str,
) -> None:
    post = await new_post(await new_account(platform=platform), **values)
    response = await client.as_user(8).execute(SCHEDULE, input=wish(post, clock))
    (error,) = response["errors"]
    assert (error["extensions"]["code"], error["extensions"]["platform"]) == (code, platform.value)
    assert (await stored(client, post)).status is DRAFT


async def test_an_inactive_account_takes_nothing(
    client: Client, clock: FakeClock, new_account: Any, new_post: Any
) -> None:
    post = await new_post(await new_account(is_active=False))
    assert await client.as_user(8).codes(SCHEDULE, input=wish(post, clock)) == ["ACCOUNT_INACTIVE"]


async def test_who_may_not(client: Client, clock: FakeClock, new_post: Any) -> None:
    post = await new_post()
    wanted = wish(post, clock)
    missing = {**wanted, "postId": ids.encode("SNSPost", 10**9)}
    assert await client.codes(SCHEDULE, input=wanted) == ["UNAUTHENTICATED"]
    without = client.as_user(8, products=frozenset({"coocook"}))
    assert await without.codes(SCHEDULE, input=wanted) == ["SUBSCRIPTION_REQUIRED"]
    for other in (client.as_user(9), client.as_user(1, role=Role.ADMIN)):
        theirs = await other.execute(SCHEDULE, input=wanted)
        assert theirs == await other.execute(SCHEDULE, input=missing)
        assert theirs["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    for bad in ("", "1", ids.encode("SNSAccount", 1)):
        assert await client.as_user(8).codes(SCHEDULE, input={**wanted, "postId": bad}) == ["INVALID_ID"]
    assert (await stored(client, post)).status is DRAFT


async def test_a_publisher_and_a_new_time_do_not_cross(
    client: Client, clock: FakeClock, new_post: Any
) -> None:
    """The new time waits for the publisher that has the post, and then sees that it is too late."""
    post = await new_post(status=SCHEDULED, **STATES[SCHEDULED])
    async with unit_of_work(client.subgraph.database, models.OutboxEvent) as work:
        claimed = update(models.SNSPost).where(models.SNSPost.id == post.id).values(status=PUBLISHING)
        await work.session.execute(claimed)
        waiting = asyncio.create_task(client.as_user(8).codes(SCHEDULE, input=wish(post, clock)))
        while not await waits(client):
            assert not waiting.done()
    assert await waiting == ["INVALID_POST_TRANSITION"]
    assert (await stored(client, post)).status is PUBLISHING


async def test_an_account_that_is_disconnected_meanwhile_takes_nothing(
    client: Client, clock: FakeClock, new_account: Any, new_post: Any
) -> None:
    account = await new_account()
    post = await new_post(account)
    async with unit_of_work(client.subgraph.database, models.OutboxEvent) as work:
        mine = update(models.SNSAccount).where(models.SNSAccount.id == account.id)
        await work.session.execute(mine.values(is_active=False))
        waiting = asyncio.create_task(client.as_user(8).codes(SCHEDULE, input=wish(post, clock)))
        while not await waits(client):
            assert not waiting.done()
    assert await waiting == ["ACCOUNT_INACTIVE"]


async def test_of_many_times_at_once_one_stays(client: Client, clock: FakeClock, new_post: Any) -> None:
    post = await new_post()
    wishes = [wish(post, clock, timedelta(days=day)) for day in range(1, 9)]
    answers = await asyncio.gather(*(client.as_user(8).data(SCHEDULE, input=each) for each in wishes))
    assert len({answer["schedulePost"]["scheduledAt"] for answer in answers}) == 8
    assert (await stored(client, post)).scheduled_at in [
        clock.now + timedelta(days=day) for day in range(1, 9)
    ]


async def waits(client: Client) -> int:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    async with client.subgraph.database.read(fresh=True) as session:
        rows = await session.rows(waiting)
    return int(rows[0][0])


class TestConstraints:
    """What the database refuses, whatever the code does."""

    @pytest.mark.parametrize(
        ("values", "constraint"),
        [
            ({"content": ""}, "content_length"),
            ({"content": "x" * 5001}, "content_length"),
            ({"media": list(range(11))}, "media_limited"),
            ({"hashtags": [str(n) for n in range(31)]}, "hashtags_limited"),
            ({"status": SCHEDULED}, "scheduled_when_scheduled"),
            ({"status": PUBLISHED}, "published_when_published"),
            ({"status": FAILED}, "error_when_failed"),
            ({"error_message": "x"}, "error_when_failed"),
            ({"template_type": SNSTemplateType.REEL}, "template_of_platform"),
            ({"platform": SNSPlatform.THREADS}, "fk_sns_posts_account_id"),
            ({"user_id": 9}, "fk_sns_posts_account_id"),
            ({"campaign_id": 1}, "fk_sns_posts_campaign_id"),
        ],
        ids=str,
    )
    async def test_posts(self, new_post: Any, values: dict[str, Any], constraint: str) -> None:
        with pytest.raises(IntegrityError, match=constraint):
            await new_post(**values)

    @pytest.mark.parametrize(
        "values",
        [
            {"platform": SNSPlatform.BLOG, "site_url": None},
            {"site_url": "https://example.org"},
            {"followers": -1},
            {"user_id": 2, "platform": SNSPlatform.INSTAGRAM, "account_name": "softfactory.demo"},
        ],
        ids=str,
    )
    async def test_accounts(self, new_account: Any, values: dict[str, Any]) -> None:
        with pytest.raises(IntegrityError):
            await new_account(**values)

    @pytest.mark.parametrize("slug", ["", "-a", "a b", "a/b", "ä", "x" * 101, "softfactory-demo"])
    async def test_slugs(self, add: Any, slug: str) -> None:
        with pytest.raises(Exception, match=r"slug|too long"):
            await add(models.LinkInBio(user_id=8, slug=slug, title="x"))
