"""Our own graph as a person meets it: `softfactory up`, a browser, the button."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect
from redis import Redis

from launcher import state
from launcher.errors import LaunchError
from subgraphs.kit import ids, tokens
from subgraphs.kit.viewer import Role, Viewer

ROOT = Path(__file__).parents[2]
COMMAND = Path(sys.executable).with_name("softfactory")


@dataclass(frozen=True)
class Platform:
    """A running graph, as clients and its own services know it."""

    url: str
    jwt_secret: str
    redis_url: str

    def ask(self, query: str, token: str | None = None) -> Any:
        """The response to an operation."""
        headers = {"authorization": f"Bearer {token}"} if token is not None else {}
        return httpx.post(f"{self.url}/graphql", json={"query": query}, headers=headers, timeout=30).json()

    def token(self, user_id: int, *, age: timedelta = timedelta()) -> str:
        """An access token that was issued that long ago."""
        viewer = Viewer(user_id, Role.USER, frozenset(), frozenset({"coocook"}))
        return tokens.issue(viewer, self.jwt_secret, datetime.now(UTC) - age)


@pytest.fixture(scope="module")
def platform(scratch: Path) -> Iterator[Platform]:
    """The whole graph, with a small seed."""
    root = scratch / "one-graph"
    root.mkdir()
    for name in ("supergraph.yaml", "router.yaml"):
        shutil.copy(ROOT / name, root)
    for name in ("schema", "examples"):
        shutil.copytree(ROOT / name, root / name)
    process = subprocess.Popen(
        [COMMAND, "up", "--port", "0", "--users", "20"],
        cwd=root, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        url = _url(root, process)
        running = state.running(root / ".data")
        assert running is not None
        yield Platform(url, state.jwt_secret(root / ".data"), running.environment["REDIS_URL"])
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _url(root: Path, process: subprocess.Popen[str]) -> str:
    end = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < end:
        try:
            running = state.running(root / ".data")
        except LaunchError:
            running = None
        if running and running.url:
            return running.url
        time.sleep(0.05)
    process.terminate()
    raise AssertionError(process.communicate()[0])


def test_the_first_tab_runs_and_shows_data(platform: Platform, visit: Any) -> None:
    visit.page.goto(platform.url)
    with visit.page.expect_response(_is_answer) as answered:
        visit.run()
    answer = answered.value.json()

    assert "errors" not in answer
    me, experiences = answer["data"]["me"], answer["data"]["experiences"]
    lists = {name: value["nodes"] for name, value in me.items() if isinstance(value, dict)}
    assert [name for name, nodes in lists.items() if not nodes] == []
    assert len(lists) >= 6
    assert experiences["nodes"]
    expect(visit.answer()).to_contain_text('"data"')
    visit.keep_picture("one-graph")
    assert visit.elsewhere() == []
    assert visit.problems == []


def test_a_wrong_password_and_an_unknown_address_look_alike(platform: Platform) -> None:
    answers = [
        platform.ask(
            f'mutation {{ login(input: {{email: "{email}", password: "Wrong-Pass-1!"}}) {{ accessToken }} }}'
        )
        for email in ("demo@softfactory.com", "nobody@softfactory.com")
    ]
    assert answers[0] == answers[1]
    assert answers[0]["data"] is None
    assert answers[0]["errors"][0]["extensions"]["code"] == "INVALID_CREDENTIALS"


def test_an_expired_token_is_refused(platform: Platform) -> None:
    asked = "{ me { email bookings(first: 1) { nodes { id } } } }"
    assert platform.ask(asked, platform.token(2))["data"]["me"]["email"] == "demo@softfactory.com"
    answer = platform.ask(asked, platform.token(2, age=timedelta(hours=2)))
    assert answer["data"] == {"me": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["TOKEN_EXPIRED"]


def test_someone_elses_booking_is_as_one_that_is_not_there(platform: Platform) -> None:
    mine = platform.ask("{ myBookings(first: 1) { nodes { id } } }", platform.token(2))
    theirs = mine["data"]["myBookings"]["nodes"][0]["id"]
    missing = ids.encode("Booking", 10**9)
    stranger = platform.token(9)
    answers = [
        platform.ask(f'{{ booking(id: "{each}") {{ id status }} }}', stranger) for each in (theirs, missing)
    ]
    assert answers[0] == answers[1]
    assert answers[0]["data"] == {"booking": None}
    assert answers[0]["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert (
        platform.ask(f'{{ booking(id: "{theirs}") {{ id }} }}', platform.token(2))["data"]["booking"]["id"]
        == theirs
    )


def test_every_write_is_published(platform: Platform) -> None:
    answer = platform.ask(
        'mutation { register(input: {email: "new@softfactory.com", password: "A-new-Pass-1!", name: "New"})'
        " { user { id } } }"
    )
    user = answer["data"]["register"]["user"]["id"]
    end = time.monotonic() + 30
    with Redis.from_url(platform.redis_url, decode_responses=True) as redis:
        found: Any = []
        while not found and time.monotonic() < end:
            found = [
                fields for _, fields in redis.xrange("softfactory:outbox") if fields["entity_key"] == user
            ]
            time.sleep(0.01)
    [event] = found
    assert (event["source"], event["entity_type"], event["kind"]) == ("accounts", "User", "registered")


def _is_answer(response: Any) -> bool:
    """Of the query; GraphiQL asks for the schema, too."""
    return response.url.endswith("/graphql") and "__schema" not in (response.request.post_data or "")
