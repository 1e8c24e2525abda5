"""Key sets: which keys are taken, when they are read, and what becomes of them while their source is away."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from pydantic import HttpUrl

from router.security.jwt_key_source import (
    KeySet,
    KeysUnavailableError,
    UnreadableError,
    fetcher,
)
from router.security.jwt_keys import read_keys
from router.security.settings import JwksSettings
from tests.security.tokens import Clock, jwk, key_set

SETTINGS = JwksSettings(url=HttpUrl("http://keys.test/jwks.json"), poll_seconds=60, pause_seconds=10)


@dataclass
class Source:
    """Answers with `text`, or fails with it, when `gate` is open."""

    text: bytes | Exception
    asked: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    async def __call__(self) -> bytes:
        self.asked += 1
        await self.gate.wait()
        if isinstance(self.text, Exception):
            raise self.text
        return self.text


def made(source: Source, known: dict[str, bytes] | None = None) -> tuple[KeySet, Clock]:
    clock = Clock()
    return KeySet(SETTINGS, {} if known is None else known, source, clock), clock


async def ids(keys: KeySet, key_id: str) -> list[str | None]:
    return [each.id for each in await keys.find(key_id, "ES256")]


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_keys_are_read_once_for_all() -> None:
    source = Source(key_set(jwk("one"), jwk("two")))
    keys, _ = made(source)

    found = await asyncio.gather(*(ids(keys, name) for name in ("one", "two", "one")))

    assert found == [["one"], ["two"], ["one"]]
    assert source.asked == 1


async def test_an_unknown_key_has_them_read_again() -> None:
    source = Source(key_set(jwk("one")))
    keys, clock = made(source)
    assert await ids(keys, "one") == ["one"]
    version = keys.version

    source.text = key_set(jwk("one"), jwk("two"))
    clock.now += 10

    assert await ids(keys, "two") == ["two"]
    assert (source.asked, keys.version) == (2, version + 1)


async def test_but_not_more_often_than_the_settings_allow() -> None:
    """Whoever invents keys would else have the router ask for each of them."""
    source = Source(key_set(jwk("one")))
    keys, clock = made(source)
    await ids(keys, "one")

    for number in range(100):
        clock.now += 0.5
        assert await ids(keys, f"invented {number}") == []

    assert source.asked == 1 + 5


async def test_old_keys_are_read_again_while_they_count() -> None:
    source = Source(key_set(jwk("one")))
    keys, clock = made(source)
    await ids(keys, "one")
    clock.now += 60
    source.gate.clear()

    assert await ids(keys, "one") == ["one"]
    await settled()
    assert source.asked == 2
    source.text = key_set(jwk("two"))
    source.gate.set()
    await settled()

    assert await ids(keys, "one") == []
    assert await ids(keys, "two") == ["two"]


@pytest.mark.parametrize(
    "failure", [UnreadableError("away"), b"<html>", b"{}", key_set(), RuntimeError("odd")]
)
async def test_keys_count_while_their_source_is_away(failure: bytes | Exception) -> None:
    source = Source(key_set(jwk("one")))
    keys, clock = made(source)
    await ids(keys, "one")
    version = keys.version
    source.text = failure

    for _ in range(5):
        clock.now += 61
        assert await ids(keys, "one") == ["one"]
        await settled()

    assert (source.asked, keys.version) == (6, version)
    source.text = key_set(jwk("two"))
    clock.now += 61
    assert await ids(keys, "two") == ["two"]


async def test_without_a_key_nobody_knows() -> None:
    source = Source(UnreadableError("away"))
    keys, clock = made(source)

    for _ in range(3):
        with pytest.raises(KeysUnavailableError):
            await ids(keys, "one")
    assert source.asked == 1

    source.text = key_set(jwk("one"))
    clock.now += 10
    assert await ids(keys, "one") == ["one"]


async def test_a_source_that_does_not_answer_is_not_waited_for_longer_than_it_may() -> None:
    source = Source(key_set(jwk("one")))
    source.gate.clear()
    settings = SETTINGS.model_copy(update={"timeout_seconds": 0.01})
    keys = KeySet(settings, {}, source, Clock())

    with pytest.raises(KeysUnavailableError):
        await ids(keys, "one")


async def test_what_was_read_before_counts_for_who_begins_after() -> None:
    known: dict[str, bytes] = {}
    await ids(made(Source(key_set(jwk("one"))), known)[0], "one")
    away = Source(UnreadableError("away"))

    assert await ids(made(away, known)[0], "one") == ["one"]
    await settled()
    assert away.asked == 1


async def test_whoever_leaves_leaves_the_others_alone() -> None:
    source = Source(key_set(jwk("one")))
    source.gate.clear()
    keys, _ = made(source)
    leaving, staying = (asyncio.create_task(ids(keys, "one")) for _ in range(2))
    await settled()
    leaving.cancel()
    await settled()
    source.gate.set()

    assert await staying == ["one"]
    assert source.asked == 1


async def test_closing_gives_up() -> None:
    source = Source(key_set(jwk("one")))
    source.gate.clear()
    keys, _ = made(source)
    keys.start()
    await settled()

    await keys.close()

    assert source.asked == 1


@pytest.mark.parametrize(
    "odd",
    [
        {"use": "enc"},
        {"key_ops": ["sign"]},
        {"kty": "RSA"},
        {"kty": None},
        {"kty": ["EC"]},
        {"crv": "P-384"},
        {"crv": {}},
        {"alg": "RS256"},
        {"alg": "none"},
        {"alg": 1},
        {"kid": 1},
        {"x": "AA"},
        {"x": None},
        {"x": 1},
        {"y": "!"},
    ],
)
def test_keys_that_cannot_be_used_are_passed_over(odd: dict[str, Any]) -> None:
    assert [each.id for each in read_keys(key_set({**jwk("one"), **odd}, jwk("two")))] == ["two"]


def test_secrets_and_weak_keys_are_passed_over() -> None:
    secret = {
        "kty": "oct",
        "k": "c2VjcmV0IHRoYXQgaXMgbG9uZyBlbm91Z2ggdG8gYmUgb25l",
        "kid": "s",
        "alg": "HS256",
    }
    weak = {"kty": "RSA", "kid": "weak", "e": "AQAB", "n": "s" * 86}

    assert [each.id for each in read_keys(key_set(secret, weak, jwk("two")))] == ["two"]


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"null", b"{}", b'{"keys": {}}', b'{"keys": [1, null, []]}', b"[" * 9000, b"\xff"]
)
def test_what_is_no_key_set(text: bytes) -> None:
    with pytest.raises(ValueError, match="no "):
        read_keys(text)


def test_a_set_has_a_bounded_number_of_keys() -> None:
    assert len(read_keys(key_set(*([jwk("one")] * 80)))) == 50


@asynccontextmanager
async def served(answer: web.Response) -> AsyncIterator[str]:
    async def give(_request: web.Request) -> web.Response:
        return answer

    app = web.Application()
    app.router.add_get("/jwks.json", give)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}/jwks.json"
    finally:
        await runner.cleanup()


async def test_over_http() -> None:
    text = key_set(jwk("one"))
    async with served(web.Response(body=text)) as url:
        assert await fetcher(JwksSettings(url=HttpUrl(url)))() == text


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (web.Response(status=500), "HTTP status 500"),
        (web.Response(status=302, headers={"location": "/jwks.json"}), "HTTP status 302"),
        (web.Response(body=b"x" * 101), "more than 100 bytes"),
    ],
)
async def test_over_http_not_everything_is_taken(answer: web.Response, why: str) -> None:
    async with served(answer) as url:
        with pytest.raises(UnreadableError, match=why):
            await fetcher(JwksSettings(url=HttpUrl(url), max_bytes=100))()


async def test_nobody_there() -> None:
    async with served(web.Response()) as url:
        pass
    with pytest.raises(UnreadableError):
        await fetcher(JwksSettings(url=HttpUrl(url)))()


async def test_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    settings = JwksSettings(file=file, max_bytes=1000)
    with pytest.raises(UnreadableError, match="No such file"):
        await fetcher(settings)()
    file.write_bytes(json.dumps({"keys": ["x" * 1000]}).encode())
    with pytest.raises(UnreadableError, match="more than 1000 bytes"):
        await fetcher(settings)()
    file.write_bytes(key_set(jwk("one")))

    assert [each.id for each in read_keys(await fetcher(settings)())] == ["one"]
