"""A worker's side of the line, with a supervisor that is the test's."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from router.errors import RouterError
from router.serving.channel import (
    Heavy,
    Leave,
    Line,
    Note,
    Popular,
    Ready,
    Serve,
    Served,
    TellPopular,
    ToSupervisor,
)
from router.serving.follower import Follower
from router.serving.operations import at_most
from router.serving.release import Release
from router.settings import RouterSettings
from router.transport.health import Reloads


class FakeGenerations:
    """Refuses what the test wants to be refused."""

    def __init__(self) -> None:
        self.served: list[str] = []
        self.relieve: Any = None

    async def replace(self, release: Release) -> None:
        if release.sdl == "refused":
            raise RouterError("INVALID_SUPERGRAPH", "no")
        if release.sdl == "broken":
            raise ZeroDivisionError("secret")
        self.served.append(release.sdl)

    def popular(self) -> list[tuple[str, str | None]]:
        return [("{ a }", None), ("query B { b }", "B")]


class FakeWorker:
    """Keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def leave(self) -> None:
        self.told.append("leave")

    def end(self) -> None:
        self.told.append("end")


class Following:
    """A follower, and the supervisor's line to it."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self.line = Line(ours, 30)
        self.generations: Any = FakeGenerations()
        self.worker: Any = FakeWorker()
        self.reloads = Reloads(lambda: "now")
        self.follower = Follower(theirs, self.generations, self.reloads)

    async def hear(self) -> ToSupervisor | None:
        return await asyncio.to_thread(self.line.receive)

    async def ask(self, sdl: str) -> ToSupervisor | None:
        self.line.send(Serve(Release(RouterSettings(), sdl)))
        return await self.hear()


@pytest.fixture
async def following() -> AsyncIterator[Following]:
    found = Following()
    task = asyncio.create_task(found.follower.follow(found.worker))
    assert await found.hear() == Ready()
    yield found
    found.line.close()
    await asyncio.wait_for(task, 30)


async def test_serves_what_it_is_told(following: Following) -> None:
    assert await following.ask("one") == Served()
    assert await following.ask("two") == Served()

    assert following.generations.served == ["one", "two"]


async def test_says_why_it_does_not(following: Following, caplog: pytest.LogCaptureFixture) -> None:
    assert await following.ask("refused") == Served("INVALID_SUPERGRAPH", "no")

    broken = await following.ask("broken")

    assert isinstance(broken, Served)
    assert broken.code == "INTERNAL_SERVER_ERROR"
    assert "secret" in caplog.text
    assert await following.ask("three") == Served()


async def test_tells_what_is_popular(following: Following) -> None:
    following.line.send(TellPopular())

    assert await following.hear() == Popular([("{ a }", None), ("query B { b }", "B")])


async def test_notes_what_is_wrong_and_leaves_when_told(following: Following) -> None:
    following.line.send(Note("INVALID_SETTINGS"))
    following.line.send(Leave())
    await following.ask("one")

    assert following.reloads.to_json() == {"code": "INVALID_SETTINGS", "at": "now"}
    assert following.worker.told == ["leave"]


async def test_asks_to_be_replaced(following: Following) -> None:
    following.generations.relieve()

    assert await following.hear() == Heavy()


async def test_ends_without_a_supervisor() -> None:
    following = Following()
    following.line.close()

    await asyncio.wait_for(following.follower.follow(following.worker), 30)

    assert following.worker.told == ["end"]


def test_hands_on_no_more_than_there_is_room_for() -> None:
    assert at_most([("abc", None), ("de", "x"), ("fgh", None)], 5) == [("abc", None), ("de", "x")]
