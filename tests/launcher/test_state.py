import os
from pathlib import Path

import pytest

from launcher import state
from launcher.errors import LaunchError

ENVIRONMENT = {
    "DATABASE_URL_CHEFS": "postgresql://x",
    "REDIS_URL": "redis://x",
    "JWT_SECRET": "s",
    "HOME": "/root",
}


def test_the_secret_is_made_once_and_is_private(tmp_path: Path) -> None:
    folder = tmp_path / ".data"
    secret = state.jwt_secret(folder)
    assert len(secret) >= 32
    assert state.jwt_secret(folder) == secret
    assert (folder / "jwt-secret").stat().st_mode & 0o777 == 0o600


def test_nothing_runs_before_and_after(tmp_path: Path) -> None:
    folder = tmp_path / ".data"
    assert state.running(folder) is None
    with state.exclusive(folder):
        state.publish(folder, ("chefs",), ENVIRONMENT, "http://127.0.0.1:4000")
    assert state.running(folder) is None
    assert not (folder / "state.json").exists()


def test_others_see_the_urls_and_nothing_else_of_the_environment(tmp_path: Path) -> None:
    with state.exclusive(tmp_path):
        state.publish(tmp_path, ("chefs",), ENVIRONMENT, "http://127.0.0.1:4000")
        running = state.running(tmp_path)
        assert running is not None
        assert (running.process, running.url) == (os.getpid(), "http://127.0.0.1:4000")
        assert running.environment == {name: ENVIRONMENT[name] for name in ENVIRONMENT if name != "HOME"}
        assert (tmp_path / "state.json").stat().st_mode & 0o777 == 0o600


def test_a_second_platform_is_told_where_the_first_is(tmp_path: Path) -> None:
    with state.exclusive(tmp_path):
        state.publish(tmp_path, ("chefs",), ENVIRONMENT, "http://127.0.0.1:4321")
        with (
            pytest.raises(LaunchError, match=r"http://127\.0\.0\.1:4321") as refused,
            state.exclusive(tmp_path),
        ):
            pass
    assert refused.value.code == "ALREADY_RUNNING"


def test_whoever_asks_in_the_moment_of_starting_is_told_to_wait(tmp_path: Path) -> None:
    with state.exclusive(tmp_path), pytest.raises(LaunchError) as refused:
        state.running(tmp_path)
    assert refused.value.code == "STARTING"


def test_what_a_killed_platform_left_is_not_believed(tmp_path: Path) -> None:
    state.publish(tmp_path, ("chefs",), ENVIRONMENT)
    (tmp_path / "lock").touch()
    assert state.running(tmp_path) is None
    with state.exclusive(tmp_path), pytest.raises(LaunchError) as starting:
        state.running(tmp_path)
    assert starting.value.code == "STARTING"
