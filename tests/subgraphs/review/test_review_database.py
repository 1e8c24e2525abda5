"""Constraints that hold whatever the code does, and indexes for the reads that matter."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from subgraphs.kit.testing import Client
from subgraphs.kit.unit_of_work import unit_of_work
from subgraphs.review import SERVICE


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE campaigns SET taken_places = max_reviewers + 1 WHERE id = 1", "ck_campaigns_capacity"),
        ("UPDATE campaigns SET taken_places = -1 WHERE id = 1", "ck_campaigns_capacity"),
        ("UPDATE campaigns SET max_reviewers = 10001 WHERE id = 1", "ck_campaigns_max_reviewers_range"),
        ("UPDATE campaigns SET max_reviewers = 0, taken_places = 0 WHERE id = 1", "ck_campaigns_"),
        ("UPDATE campaigns SET status = 'ENDED' WHERE id = 1", "ck_campaigns_campaignstatus"),
        (
            "UPDATE campaigns SET description = repeat('x', 2001) WHERE id = 1",
            "ck_campaigns_description_length",
        ),
        (
            "UPDATE campaign_applications SET applicant_id = creator_id WHERE id = 1",
            "ck_campaign_applications_not_by_the_creator",
        ),
        (
            "UPDATE campaign_applications SET creator_id = 77 WHERE id = 1",
            "fk_campaign_applications_campaign_id_creator_id",
        ),
        (
            "UPDATE campaign_applications SET campaign_id = 3 WHERE id = 1",
            "uq_campaign_applications_campaign_id_applicant_id",
        ),
        ("UPDATE campaign_applications SET message = '' WHERE id = 1", "message_length"),
        ("UPDATE campaign_applications SET message = repeat('가', 2001) WHERE id = 1", "message_length"),
        ("UPDATE campaign_applications SET follower_count = -1 WHERE id = 1", "follower_count_range"),
        (
            "INSERT INTO review_bookmarks (user_id, listing_id) VALUES (2, 1)",
            "uq_review_bookmarks_user_id_listing_id",
        ),
        (
            "UPDATE review_applications SET user_id = 77 WHERE id = 1",
            "fk_review_applications_account_id_user_id",
        ),
        ("UPDATE review_accounts SET success_rate = 1.01 WHERE id = 1", "success_rate_range"),
        ("UPDATE review_listings SET reward_value_currency = 'USD' WHERE id = 1", "reward_value_in_won"),
        ("UPDATE review_listings SET url = 'x' WHERE id = 1", "url_is_web"),
        (
            "UPDATE review_listings SET (source_platform, external_id) = (SELECT source_platform, external_id FROM review_listings WHERE id = 2) WHERE id = 1",
            "uq_review_listings_source_platform_external_id",
        ),
    ],
)
async def test_the_database_refuses(client: Client, statement: str, constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        async with unit_of_work(client.subgraph.database, SERVICE.outbox) as work:
            await work.session.execute(text(statement))


@pytest.mark.parametrize(
    "page",
    [
        "campaigns WHERE status = 'ACTIVE' AND deadline > now() ORDER BY created_at DESC, id DESC LIMIT 21",
        "campaigns WHERE status = 'ACTIVE' AND category = 'FOOD' ORDER BY created_at DESC, id DESC LIMIT 21",
        "campaigns WHERE creator_id = 2 ORDER BY created_at DESC, id DESC LIMIT 21",
        "campaign_applications WHERE campaign_id = 1 ORDER BY created_at DESC, id DESC LIMIT 21",
        "campaign_applications WHERE applicant_id = 2 ORDER BY created_at DESC, id DESC LIMIT 21",
        "review_listings WHERE status = 'ACTIVE' ORDER BY scraped_at DESC, id DESC LIMIT 21",
        "review_listings WHERE status = 'ACTIVE' AND deadline > now() ORDER BY deadline, id LIMIT 21",
        "review_listings WHERE status = 'ACTIVE' ORDER BY reward_value_minor DESC, id DESC LIMIT 21",
        "review_listings WHERE status = 'ACTIVE' ORDER BY current_applicants, id LIMIT 21",
        "review_applications WHERE user_id = 2 ORDER BY created_at DESC, id DESC LIMIT 21",
        "review_bookmarks WHERE user_id = 2 ORDER BY created_at DESC, id DESC LIMIT 21",
    ],
)
async def test_pages_come_from_an_index(client: Client, page: str) -> None:
    plan = await explain(client, page, "seqscan", "bitmapscan")
    assert "Index" in plan
    assert "Sort" not in plan


@pytest.mark.parametrize(
    ("search", "index"),
    [
        ("campaigns WHERE title ILIKE '%soap%' OR product_name ILIKE '%soap%'", "ix_campaigns_words"),
        ("review_listings WHERE title ILIKE '%soap%' OR brand ILIKE '%soap%'", "ix_review_listings_words"),
    ],
)
async def test_searches_use_the_trigrams(client: Client, search: str, index: str) -> None:
    assert index in await explain(client, search, "seqscan")


async def explain(client: Client, query: str, *without: str) -> str:
    async with unit_of_work(client.subgraph.database, SERVICE.outbox) as work:
        for kind in without:
            await work.session.execute(text(f"SET LOCAL enable_{kind} = off"))
        return "".join(row[0] for row in await work.session.rows(text(f"EXPLAIN SELECT * FROM {query}")))  # noqa: S608
