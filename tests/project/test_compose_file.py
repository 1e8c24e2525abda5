import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import yaml
from jsonschema import Draft7Validator
from sqlalchemy import make_url

from launcher.identity import server_identity
from launcher.postgres import PostgresCluster

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
CONTAINERS: dict[str, Any] = COMPOSE["services"]
NAMES: list[str] = list(yaml.safe_load((ROOT / "supergraph.yaml").read_text())["subgraphs"])


def container_of(service: str) -> Any:
    return CONTAINERS[service.replace("_", "-")]


def test_it_is_a_compose_file() -> None:
    schema = json.loads((ROOT / "tests/project/compose_spec/compose-spec.json").read_text())
    errors = [f"{error.json_path}: {error.message}" for error in Draft7Validator(schema).iter_errors(COMPOSE)]
    assert errors == []


def test_the_schema_can_refuse() -> None:
    schema = json.loads((ROOT / "tests/project/compose_spec/compose-spec.json").read_text())
    broken = {"services": {"router": {"image": "softfactory", "replicas": 2}}}
    assert not Draft7Validator(schema).is_valid(broken)


def test_whatever_a_container_waits_for_exists_and_can_be_waited_for() -> None:
    for container in CONTAINERS.values():
        for name, wait in container.get("depends_on", {}).items():
            awaited = CONTAINERS[name]
            assert wait["condition"] != "service_healthy" or "healthcheck" in awaited


def test_mounted_files_and_named_volumes_exist() -> None:
    for container in CONTAINERS.values():
        for volume in container.get("volumes", ()):
            source = volume.split(":")[0]
            assert (ROOT / source).is_file() if source.startswith("./") else source in COMPOSE["volumes"]


@pytest.mark.parametrize("name", NAMES)
def test_every_service_runs_twice_on_its_own_database_and_replica(name: str) -> None:
    container = container_of(name)
    assert container["command"][:2] == ["subgraph", name]
    assert container["deploy"]["replicas"] == 2
    for variable, host in (("DATABASE_URL", "postgres-primary"), ("REPLICA_URLS", "postgres-replica")):
        [given] = [key for key in container["environment"] if key.startswith(variable)]
        assert given == f"{variable}_{name.upper()}"
        url = make_url(container["environment"][given])
        assert (url.username, url.host, url.database) == (name, host, name)
        assert url.host in CONTAINERS


def test_the_router_runs_twice_behind_the_only_open_port() -> None:
    assert CONTAINERS["router"]["deploy"]["replicas"] == 2
    assert [name for name, container in CONTAINERS.items() if "ports" in container] == ["nginx"]


def test_migrations_reach_every_database() -> None:
    for name in NAMES:
        variable = f"DATABASE_URL_{name.upper()}"
        assert CONTAINERS["migrate"]["environment"][variable] == container_of(name)["environment"][variable]
    assert CONTAINERS["postgres-primary"]["environment"]["SERVICES"].split() == NAMES


def test_connection_pools_fit_into_the_primary() -> None:
    [limit] = re.findall(r"max_connections=(\d+)", " ".join(CONTAINERS["postgres-primary"]["command"]))
    environments = [container_of(name)["environment"] for name in NAMES]
    pools = [int(each["POOL_SIZE"]) + int(each["POOL_OVERFLOW"]) for each in environments]
    assert 2 * sum(pools) < int(limit)


def test_the_containers_graph_has_the_same_services_and_schemas() -> None:
    contained = yaml.safe_load((ROOT / "deploy/supergraph.yaml").read_text())["subgraphs"]
    local = yaml.safe_load((ROOT / "supergraph.yaml").read_text())["subgraphs"]
    for name in NAMES:
        assert contained[name]["routing_url"] == f"http://{name.replace('_', '-')}:4000/graphql"
        files = ROOT / "deploy" / contained[name]["schema"]["file"], ROOT / local[name]["schema"]["file"]
        assert files[0].resolve() == files[1].resolve()
    assert list(contained) == NAMES


def test_no_secret_is_written_down() -> None:
    for name, container in CONTAINERS.items():
        for variable, value in container.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET|AUTH", variable):
                assert str(value).startswith("${"), (name, variable)


def test_what_the_image_copies_is_sent_to_the_builder() -> None:
    ignore = (ROOT / ".dockerignore").read_text().splitlines()
    sent = {line.removeprefix("!") for line in ignore if line.startswith("!")}
    copies = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    copied = {source for line in copies for source in line.split()}
    assert copied == sent
    assert all((ROOT / path).exists() for path in copied)


@pytest.fixture(scope="module")
def contained_cluster(scratch: Path, postgres_cluster: PostgresCluster) -> PostgresCluster:
    """A primary on which the container's script made the databases of two services."""
    data = scratch / "contained"
    data.mkdir()
    done = run_script(
        "create-databases.sh", postgres_cluster, PGDATA=data, SERVICES="contained_a contained_b"
    )
    assert done.stderr == ""
    assert "host replication replica" in (data / "pg_hba.conf").read_text()
    return postgres_cluster


async def test_a_service_reaches_its_own_database_only(contained_cluster: PostgresCluster) -> None:
    url = make_url(contained_cluster.url("contained_a")).set(drivername="postgresql", username="contained_a")
    own = url.set(password="p'w").render_as_string(hide_password=False)
    other = url.set(password="p'w", database="contained_b").render_as_string(hide_password=False)

    connection = await asyncpg.connect(own)
    await connection.execute("CREATE EXTENSION btree_gist; CREATE TABLE chef (id int)")
    await connection.close()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(other)


def test_the_replica_copies_the_primary_and_follows_its_slot(
    scratch: Path, contained_cluster: PostgresCluster
) -> None:
    data = scratch / "contained-replica"
    identity = server_identity(scratch / "postgres")
    data.mkdir(mode=0o700)
    subprocess.run(["chown", f"{identity.uid}:{identity.gid}", data], check=True)
    port = str(make_url(contained_cluster.url("postgres")).port)

    run_script(
        "start-replica.sh", contained_cluster, **identity.popen_options(),
        PGDATA=data, PRIMARY_HOST="127.0.0.1", PRIMARY_PORT=port,
    )  # fmt: skip

    assert (data / "standby.signal").exists()
    assert "primary_slot_name = 'replica'" in (data / "postgresql.auto.conf").read_text()


def run_script(
    name: str, cluster: PostgresCluster, *, cwd: str = "/", user: int | None = None, group: int | None = None,
    extra_groups: list[int] | None = None, **environment: object,
) -> subprocess.CompletedProcess[str]:  # fmt: skip
    """Runs a script of deploy/postgres with the container's programs and variables; it ends with `true`."""
    url = make_url(cluster.url("postgres"))
    variables = {
        "PATH": f"{cluster.programs}:/usr/bin:/bin",
        "PGHOST": "127.0.0.1",
        "PGPORT": url.port,
        "PGPASSWORD": url.password,
        "POSTGRES_USER": url.username,
        "DATABASE_PASSWORD": "p'w",
        **environment,
    }
    return subprocess.run(
        ["bash", "-s", "--", "true"], input=(ROOT / "deploy/postgres" / name).read_text(),
        env={key: str(value) for key, value in variables.items()}, capture_output=True, text=True, check=True,
        cwd=cwd, user=user, group=group, extra_groups=extra_groups,
    )  # fmt: skip


def test_the_containers_graph_composes(tmp_path: Path) -> None:
    softfactory = Path(sys.executable).with_name("softfactory")
    output = tmp_path / "supergraph.graphql"
    subprocess.run(
        [softfactory, "compose", "--config", "deploy/supergraph.yaml", "--output", output],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    local = (ROOT / "schema/supergraph.graphql").read_text()
    assert without_urls(output.read_text()) == without_urls(local)
    assert all(f"http://{name.replace('_', '-')}:4000/graphql" in output.read_text() for name in NAMES)


def without_urls(sdl: str) -> str:
    return re.sub(r'url: "http://[^"]+/graphql"', "", sdl)
