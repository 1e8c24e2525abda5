"""Who is told where each field came from, over HTTP, and what becomes of such an answer."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from router.app import create_app
from router.cache.debug_access import HEADER, LONGEST_SECONDS, DebugAccess, sign
from router.cli import app as command
from router.settings import RouterSettings
from tests.cache.test_http_caching import EVERYTHING, QUERY, get, serving

KEY = "0123456789abcdef"
NOW = 1_800_000_000
KEYS = st.binary(min_size=16, max_size=40)


def access(key: bytes | None = KEY.encode(), *, is_open: bool = False, now: float = NOW) -> DebugAccess:
    return DebugAccess(is_open, key, lambda: now)


@given(KEYS, st.text(), st.integers(1, LONGEST_SECONDS))
def test_a_signature_is_good_for_its_query_until_its_time(key: bytes, query: str, seconds: int) -> None:
    value = sign(key, query, NOW + seconds).encode()

    assert access(key).allows(value, query)
    assert access(key, now=NOW + seconds - 0.5).allows(value, query)
    assert not access(key, now=NOW + seconds).allows(value, query)
    assert not access(key).allows(value, query + " ")
    assert not access(key + b"x").allows(value, query)
    assert not access(None, is_open=True).allows(value, query)


@given(st.integers(0, 74), st.characters(codec="ascii"))
def test_a_signature_is_good_as_it_is_only(place: int, other: str) -> None:
    value = sign(KEY.encode(), "{ a }", NOW + 60)
    changed = value[:place] + other + value[place + 1 :]

    assert access().allows(changed.encode(), "{ a }") is (changed == value)


def test_a_signature_for_longer_than_is_allowed_is_none() -> None:
    value = sign(KEY.encode(), "{ a }", NOW + LONGEST_SECONDS + 1).encode()

    assert not access().allows(value, "{ a }")
    assert access(now=NOW + 1).allows(value, "{ a }")


@given(st.binary(max_size=90))
def test_anything_else_is_no_signature(value: bytes) -> None:
    assert not access().allows(value, "{ a }")
    assert access(is_open=True).allows(value, "{ a }") is (value == b"1")


async def ask(client: httpx.AsyncClient, value: str = "1", query: str = QUERY) -> Any:
    answer = await client.post("/graphql", json={"query": query}, headers={HEADER: value})
    assert answer.status_code == 200
    return answer


async def test_is_for_nobody_unless_the_settings_say_so(small_graph: Any) -> None:
    async with serving(small_graph, EVERYTHING) as client:
        for value in ("1", sign(KEY.encode(), QUERY, NOW)):
            assert "extensions" not in (await ask(client, value)).json()


async def test_is_for_everybody_in_development(small_graph: Any) -> None:
    async with serving(small_graph, EVERYTHING, debug="development") as client:
        for status in ("miss", "hit"):
            answer = await ask(client)
            assert answer.json()["extensions"]["cache"][status] == 5
            assert answer.headers["cache-control"] == "no-store"
        assert "extensions" not in (await ask(client, "0")).json()
        seen = await get(client, **{HEADER: "1"})
        assert (seen.headers["cache-control"], seen.headers.get("etag")) == ("no-store", None)
        plain = await get(client)
        assert "extensions" not in plain.json()
        assert plain.headers["cache-control"].startswith("public, max-age=")
        assert (await ask(client)).json()["data"] == plain.json()["data"]


async def test_is_for_whoever_has_what_the_command_prints(small_graph: Any, tmp_path: Path) -> None:
    file = tmp_path / "query.graphql"
    file.write_bytes(f"{QUERY}\r\n".encode())
    printed = CliRunner().invoke(
        command, ["cache", "sign", str(file)], env={"SOFTFACTORY_CACHE_DEBUG_KEY": KEY}
    )
    name, _, value = printed.stdout.strip().partition(": ")
    assert (printed.exit_code, name) == (0, HEADER)

    async with serving(small_graph, EVERYTHING, debug_key=KEY) as client:
        assert "extensions" in (await ask(client, value, f"{QUERY}\r\n")).json()
        for others in (await ask(client, value), await ask(client, "1", f"{QUERY}\r\n")):
            assert "extensions" not in others.json()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--key", KEY, "nowhere.graphql"], 2),
        (["latin.graphql"], 2),
        (["--key", KEY, "latin.graphql"], 1),
        (["--key", KEY, "--seconds", "3601", "latin.graphql"], 2),
    ],
)
def test_the_command_says_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("latin.graphql").write_bytes(b"{ \xe9 }")

    ended = CliRunner().invoke(command, ["cache", "sign", *arguments])

    assert ended.exit_code == code
    assert ended.stdout == ""
    assert ended.stderr


async def test_is_not_shared_with_those_who_ask_the_same_at_the_same_time(small_graph: Any) -> None:
    settings = RouterSettings(
        cache={"store": "memory", "policy": EVERYTHING, "debug": "development"},
        traffic={"single_flight": "all"},
    )
    app = create_app(settings, small_graph.supergraph, transports=small_graph.transports)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://router") as client:
            asked = [asyncio.create_task(ask(client, value, "{ slow }")) for value in ("0", "1", "0")]
            await small_graph.waiting.wait()
            for _ in range(20):
                await asyncio.sleep(0)
            small_graph.release.set()
            answers = [(await each).json() for each in asked]
    assert [set(answer) for answer in answers] == [{"data"}, {"data", "extensions"}, {"data"}]


async def test_whole_answers_are_neither_read_nor_left(small_graph: Any) -> None:
    async with serving(small_graph, EVERYTHING, debug="development") as client:
        await ask(client)
        assert (await get(client)).headers["cache-control"].startswith("public")
        found = (await ask(client)).json()["extensions"]["cache"]
        assert (found["hit"], found["miss"]) == (5, 0)
