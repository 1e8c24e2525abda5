import os
import signal
from pathlib import Path

import pytest
import redis

from launcher.errors import LaunchError
from launcher.valkey import ValkeyServer


def test_it_answers_who_knows_the_password(valkey_url: str) -> None:
    with redis.Redis.from_url(valkey_url) as client:
        client.set("launcher:chef", "박")
        assert client.get("launcher:chef") == "박".encode()
    with (
        redis.Redis.from_url(f"redis://{valkey_url.split('@')[1]}") as stranger,
        pytest.raises(redis.AuthenticationError),
    ):
        stranger.get("launcher:chef")


@pytest.mark.parametrize(("durable", "kept"), [(True, b"1"), (False, None)])
def test_data_is_kept_if_wanted(scratch: Path, durable: bool, kept: bytes | None) -> None:
    folder = scratch / f"valkey-durable-{durable}"
    with ValkeyServer(folder, durable=durable) as server, redis.Redis.from_url(server.url) as client:
        client.set("a", 1)
    with ValkeyServer(folder, durable=durable) as server, redis.Redis.from_url(server.url) as client:
        assert client.get("a") == kept


def test_root_does_not_run_it(scratch: Path) -> None:
    with (
        ValkeyServer(scratch / "valkey-user", durable=False) as server,
        redis.Redis.from_url(server.url) as client,
    ):
        process = client.info("server")["process_id"]
        assert Path(f"/proc/{process}").stat().st_uid != 0


def test_a_taken_port_is_reported(scratch: Path, valkey_url: str) -> None:
    port = int(valkey_url.rsplit(":", 1)[1].split("/")[0])
    with pytest.raises(LaunchError, match="Another program") as failed:
        ValkeyServer(scratch / "valkey-taken", port=port).start()
    assert failed.value.code == "PORT_TAKEN"


def test_it_can_be_started_again_after_a_crash(scratch: Path) -> None:
    folder = scratch / "valkey-crashed"
    with ValkeyServer(folder) as server, redis.Redis.from_url(server.url) as client:
        client.set("a", 1)
        client.save()
        os.kill(client.info("server")["process_id"], signal.SIGKILL)
    with ValkeyServer(folder) as server, redis.Redis.from_url(server.url) as client:
        assert client.get("a") == b"1"
