"""A process without a supervisor looks for releases itself."""

from pathlib import Path
from typing import Any

import pytest

from router.errors import RouterError
from router.serving.alone import Alone
from router.serving.release import Release, Source
from router.serving.releases import Releases
from router.transport.health import Reloads


class FakeGenerations:
    """Refuses what the test wants to be refused."""

    def __init__(self) -> None:
        self.served: list[str] = []

    async def replace(self, release: Release) -> None:
        if release.sdl == "refused":
            raise RouterError("INVALID_SUPERGRAPH", "no")
        if release.sdl == "broken":
            raise ZeroDivisionError("secret")
        self.served.append(release.sdl)


class Looking:
    """One file, and a clock that goes on by half a second with each look."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "supergraph.graphql"
        self.file.write_text("one")
        self.time = 0.0
        source = Source(None, {"supergraph": self.file})
        self.releases = Releases(source, source.read(), lambda: self.time)
        self.reloads = Reloads(lambda: "now")
        self.alone = Alone(self.releases, self.reloads)
        self.generations: Any = FakeGenerations()

    async def looks(self, times: int = 6) -> None:
        for _ in range(times):
            self.time += 0.5
            await self.alone.look(self.generations)


@pytest.fixture
async def looking(tmp_path: Path) -> Looking:
    found = Looking(tmp_path)
    await found.looks()
    return found


async def test_serves_what_is_new_once(looking: Looking) -> None:
    looking.file.write_text("two!")

    await looking.looks()

    assert looking.generations.served == ["two!"]
    assert looking.releases.current.sdl == "two!"


async def test_says_what_is_refused_and_takes_it_back(
    looking: Looking, caplog: pytest.LogCaptureFixture
) -> None:
    looking.file.write_text("refused")
    await looking.looks(10)

    assert looking.reloads.to_json() == {"code": "INVALID_SUPERGRAPH", "at": "now"}
    assert caplog.messages == ["The new release is refused, and the old one goes on. INVALID_SUPERGRAPH: no"]

    looking.file.write_text("one")
    await looking.looks()

    assert looking.reloads.to_json() is None
    assert looking.generations.served == []


async def test_says_that_a_file_is_gone(looking: Looking, caplog: pytest.LogCaptureFixture) -> None:
    looking.file.unlink()

    await looking.looks(10)

    assert looking.reloads.to_json() == {"code": "SUPERGRAPH_NOT_FOUND", "at": "now"}
    assert len(caplog.messages) == 1


async def test_goes_on_after_what_nobody_foresaw(looking: Looking, caplog: pytest.LogCaptureFixture) -> None:
    looking.file.write_text("broken")
    await looking.looks(10)
    looking.file.write_text("three")
    await looking.looks()

    assert looking.generations.served == ["three"]
    assert "ZeroDivisionError: secret" in caplog.text
