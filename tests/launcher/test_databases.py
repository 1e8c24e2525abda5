from pathlib import Path

import asyncpg

from launcher.databases import databases

GIVEN = {"DATABASE_URL_CHEFS": "postgresql://elsewhere/chefs", "REDIS_URL": "redis://elsewhere"}


def test_what_is_given_is_used_and_nothing_is_started(tmp_path: Path) -> None:
    with databases(["chefs"], tmp_path, GIVEN) as environment:
        assert environment == GIVEN
    assert list(tmp_path.iterdir()) == []


async def test_what_is_missing_is_started_and_keeps_its_data(scratch: Path) -> None:
    given = {"DATABASE_URL_CHEFS": "postgresql://elsewhere/chefs"}
    for replace, expected in ((False, None), (False, "kept"), (True, None)):
        with databases(["chefs", "guests"], scratch / "data", given, replace=replace) as environment:
            assert environment["DATABASE_URL_CHEFS"] == "postgresql://elsewhere/chefs"
            assert environment["REDIS_URL"].startswith("redis://:")
            connection = await asyncpg.connect(environment["DATABASE_URL_GUESTS"].replace("+asyncpg", ""))
            assert await connection.fetchval("SELECT obj_description('public'::regnamespace)") == (
                expected or "standard public schema"
            )
            await connection.execute("COMMENT ON SCHEMA public IS 'kept'")
            await connection.close()
