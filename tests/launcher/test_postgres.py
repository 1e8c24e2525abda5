import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from launcher.errors import LaunchError
from launcher.postgres import PostgresCluster, PostgresOptions

THROW_AWAY = PostgresOptions(durable=False)

CHILD = """
import sys, time
from pathlib import Path
from launcher.postgres import PostgresCluster, PostgresOptions
cluster = PostgresCluster(Path(sys.argv[1]), PostgresOptions(durable=sys.argv[2] == "durable"))
cluster.start()
print(*cluster.process_ids, flush=True)
time.sleep(60)
"""


async def rows(url: str, sql: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        return list(await connection.fetch(sql))
    finally:
        await connection.close()


async def test_databases_are_created_and_cloned(postgres_cluster: PostgresCluster) -> None:
    url = postgres_cluster.create_database("launcher_template")
    await rows(url, "CREATE TABLE chef (name text)")
    await rows(url, "INSERT INTO chef VALUES ('박')")

    clone = postgres_cluster.create_database("launcher_clone", "launcher_template")

    assert [row["name"] for row in await rows(clone, "SELECT name FROM chef")] == ["박"]
    assert {"launcher_template", "launcher_clone"} <= postgres_cluster.database_names()
    postgres_cluster.drop_database("launcher_clone")
    assert "launcher_clone" not in postgres_cluster.database_names()


async def test_text_is_compared_as_unicode_and_times_are_utc(postgres_cluster: PostgresCluster) -> None:
    [row] = await rows(
        postgres_cluster.url("postgres"), "SELECT upper('é') AS e, current_setting('timezone') AS tz"
    )
    assert (row["e"], row["tz"]) == ("É", "UTC")


async def test_the_password_is_asked_for(postgres_cluster: PostgresCluster) -> None:
    scheme, rest = postgres_cluster.url("postgres").split("://softfactory:")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await rows(f"{scheme}://softfactory:wrong@{rest.split('@')[1]}", "SELECT 1")


async def test_replicas_follow_the_primary_and_refuse_writes(replicated_cluster: PostgresCluster) -> None:
    url = replicated_cluster.create_database("launcher_followed")
    await rows(url, "CREATE TABLE chef AS SELECT 'Marco' AS name")

    replicas = replicated_cluster.replica_urls("launcher_followed")

    assert len(replicas) == 2
    for replica in replicas:
        assert await eventually(lambda replica=replica: rows(replica, "SELECT name FROM chef")) == [
            ("Marco",)
        ]
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await rows(replica, "INSERT INTO chef VALUES ('Tanaka')")


async def eventually(read: Callable[[], object]) -> object:
    for _ in range(200):
        try:
            return await read()  # type: ignore[misc]
        except (asyncpg.UndefinedTableError, asyncpg.InvalidCatalogNameError):
            await asyncio.sleep(0.02)
    raise AssertionError("The replica did not catch up within 4 s")


@pytest.mark.parametrize("name", ["", "a b", 'a"; DROP DATABASE postgres', "Großküche", "x" * 64, "1st"])
def test_names_that_are_not_plain_are_refused(postgres_cluster: PostgresCluster, name: str) -> None:
    with pytest.raises(LaunchError) as refused:
        postgres_cluster.create_database(name)
    assert refused.value.code == "BAD_DATABASE_NAME"


def test_a_database_that_exists_is_not_created_again(postgres_cluster: PostgresCluster) -> None:
    with pytest.raises(LaunchError, match="already exists") as refused:
        postgres_cluster.create_database("postgres")
    assert refused.value.code == "POSTGRES_REFUSED"


def test_a_taken_port_is_reported(scratch: Path, postgres_cluster: PostgresCluster) -> None:
    port = int(postgres_cluster.url("postgres").rsplit(":", 1)[1].split("/")[0])
    cluster = PostgresCluster(scratch / "taken", PostgresOptions(durable=False, port=port))
    with pytest.raises(LaunchError, match="Another program") as failed:
        cluster.start()
    assert failed.value.code == "PORT_TAKEN"
    assert cluster.process_ids == ()


def test_data_outlives_the_server(scratch: Path) -> None:
    folder = scratch / "kept"
    with PostgresCluster(folder) as cluster:
        cluster.create_database("kept")
        [process] = cluster.process_ids
    assert not running(process)
    with PostgresCluster(folder) as cluster:
        assert cluster.database_names() == {"kept"}


@pytest.mark.parametrize("durability", ["durable", "throw-away"])
def test_the_server_ends_when_its_parent_is_killed_and_starts_again(scratch: Path, durability: str) -> None:
    folder = scratch / f"orphaned-{durability}"
    parent, server = run_parent(folder, durability)
    with parent:
        parent.send_signal(signal.SIGKILL)
    with PostgresCluster(folder, THROW_AWAY) as cluster:
        assert cluster.process_ids != (server,)
        assert not running(server)


def test_a_killed_server_leaves_a_pid_file_that_does_not_hinder_the_next(scratch: Path) -> None:
    folder = scratch / "crashed"
    with PostgresCluster(folder) as cluster:
        cluster.create_database("before")
        os.kill(cluster.process_ids[0], signal.SIGKILL)
    pid_file = folder / "primary" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))

    with PostgresCluster(folder) as cluster:
        assert cluster.database_names() == {"before"}


def test_a_half_made_folder_is_made_anew(scratch: Path) -> None:
    folder = scratch / "half-made"
    (folder / "unfinished").mkdir(parents=True)
    (folder / "unfinished" / "PG_VERSION").write_text("18")
    with PostgresCluster(folder, THROW_AWAY) as cluster:
        assert cluster.database_names() == frozenset()


def run_parent(folder: Path, durability: str) -> tuple[subprocess.Popen[str], int]:
    parent = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder), durability], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    return parent, int(parent.stdout.readline())


def running(process: int) -> bool:
    """A zombie of another parent counts as running for a moment, hence the patience."""
    for _ in range(200):
        if not Path(f"/proc/{process}").exists():
            return False
        time.sleep(0.02)
    return True


def test_data_of_another_version_is_refused(scratch: Path) -> None:
    folder = scratch / "old"
    with PostgresCluster(folder, THROW_AWAY):
        pass
    (folder / "primary" / "PG_VERSION").write_text("9\n")
    with pytest.raises(LaunchError, match="made by PostgreSQL 9") as refused:
        PostgresCluster(folder, THROW_AWAY).start()
    assert refused.value.code == "POSTGRES_VERSION"


def test_a_server_that_does_not_start_is_quoted(scratch: Path) -> None:
    folder = scratch / "misconfigured"
    with PostgresCluster(folder, THROW_AWAY):
        pass
    with (folder / "primary" / "postgresql.conf").open("a") as configuration:
        configuration.write("no_such_setting = 1\n")
    cluster = PostgresCluster(folder, THROW_AWAY)
    with pytest.raises(LaunchError, match='unrecognized configuration parameter "no_such_setting"') as failed:
        cluster.start()
    assert failed.value.code == "POSTGRES_FAILED"
    assert cluster.process_ids == ()
