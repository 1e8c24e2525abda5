"""The database of accounts: made by several at once, and filled with rows that fit together."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from launcher.postgres import PostgresCluster
from subgraphs.accounts import SERVICE
from subgraphs.kit.database import asyncpg_url
from subgraphs.kit.migrate import differences, migrate, write_revision
from subgraphs.kit.seed import run
from subgraphs.kit.service import Service


async def test_several_may_prepare_it_at_once(postgres_cluster: PostgresCluster) -> None:
    url = postgres_cluster.create_database("accounts_at_once")
    migrated = await asyncio.gather(*(migrate(SERVICE, url) for _ in range(3)))
    assert any(migrated)
    assert await differences(SERVICE, url) == []
    seeded = await asyncio.gather(*(run([SERVICE], {"accounts": url}, users=10) for _ in range(3)))
    assert sorted(seeded) == [[], [], ["accounts"]]


async def test_progress_tells_every_table(postgres_cluster: PostgresCluster) -> None:
    url = postgres_cluster.create_database("accounts_progress")
    await migrate(SERVICE, url)
    told: list[tuple[str, str, int]] = []
    await run([SERVICE], {"accounts": url}, users=30, progress=lambda *news: told.append(news))
    assert ("accounts", "users", 30) in told
    assert {table for _, table, _ in told} == {
        "users", "products", "subscription_plans", "subscriptions", "payments",
        "orders", "order_items", "invoices", "file_uploads", "notifications",
    }  # fmt: skip


async def test_a_seed_needs_the_users_that_others_refer_to(postgres_cluster: PostgresCluster) -> None:
    url = postgres_cluster.url("postgres")
    with pytest.raises(ValueError, match="at least 8 users"):
        await run([SERVICE], {"accounts": url}, users=7)


async def test_a_revision_holds_the_difference_only(
    postgres_cluster: PostgresCluster, tmp_path: Path
) -> None:
    """Writing a revision against an empty folder gives all tables, against our own nothing."""
    url = postgres_cluster.create_database("accounts_revision")
    (tmp_path / "versions").mkdir()
    elsewhere = Service(
        name="accounts",
        schema=SERVICE.schema,
        metadata=SERVICE.metadata,
        migrations=tmp_path,
        outbox=SERVICE.outbox,
        loaders=SERVICE.loaders,
        seed=SERVICE.seed,
    )
    await write_revision(elsewhere, url, "Everything")
    (written,) = (tmp_path / "versions").glob("0001_*.py")
    assert written.read_text().count("op.create_table(") == len(SERVICE.metadata.tables)
    assert "length=32, native_enum=False, create_constraint=True" in written.read_text()


async def rows(prepared: Any, statement: str) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(asyncpg_url(prepared(SERVICE)))
    try:
        return [tuple(row) for row in await connection.fetch(statement)]
    finally:
        await connection.close()


async def test_users_have_the_ids_of_the_plan(prepared: Any) -> None:
    users = await rows(prepared, "SELECT id, email, role FROM users WHERE id <= 8 ORDER BY id")
    assert users[:3] == [
        (1, "admin@softfactory.com", "ADMIN"),
        (2, "demo@softfactory.com", "USER"),
        (3, "park@chefs.softfactory.com", "USER"),
    ]
    assert users[7] == (8, "user8@example.com", "USER")


@pytest.mark.parametrize(
    "contradiction",
    [
        "SELECT * FROM subscriptions WHERE status = 'ACTIVE' AND current_period_end <= now()",
        "SELECT * FROM subscriptions WHERE status = 'EXPIRED' AND current_period_end > now()",
        "SELECT * FROM subscriptions WHERE started_at > now()",
        "SELECT * FROM payments p JOIN products r ON r.id = p.product_id WHERE p.amount_currency <> 'KRW' AND r.slug = 'webapp-builder'",
        "SELECT * FROM orders o JOIN payments p ON p.id = o.id WHERE o.total_minor <> p.amount_minor OR o.currency <> p.amount_currency",
        "SELECT * FROM orders o JOIN order_items i ON i.order_id = o.id WHERE i.quantity * i.unit_price_minor <> o.subtotal_minor",
        "SELECT * FROM invoices i JOIN orders o ON o.id = i.order_id WHERE i.total_minor <> o.total_minor OR i.user_id <> o.user_id",
        "SELECT * FROM invoices WHERE number !~ '^\\d{8}-\\d{4}$'",
    ],
)
async def test_seeded_rows_do_not_contradict_each_other(prepared: Any, contradiction: str) -> None:
    assert await rows(prepared, contradiction) == []
