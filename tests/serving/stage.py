"""Workers, a machine and a clock that are the test's, around a real supervisor."""

import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from router.errors import RouterError
from router.serving.channel import (
    Leave,
    Ready,
    Serve,
    Served,
    ToSupervisor,
    ToWorker,
)
from router.serving.member import Loaded
from router.serving.operations import Operations
from router.serving.release import Release, Source
from router.serving.releases import Releases
from router.serving.supervisor import Supervisor


@dataclass
class FakeWorker:
    """Says what the test puts into `says`, and keeps what it is told."""

    number: int
    pid: int
    loaded: Loaded
    operations: Operations
    says: list[ToSupervisor] = field(default_factory=list)
    told: list[ToWorker] = field(default_factory=list)
    signals: list[int] = field(default_factory=list)
    status: int | None = None
    reads: bool = True

    def send(self, message: ToWorker) -> None:
        if not self.reads:
            raise TimeoutError("timed out")
        self.told.append(message)

    def received(self) -> list[ToSupervisor]:
        said, self.says = self.says, []
        return said

    def signal(self, number: int) -> None:
        self.signals.append(number)

    def exit_status(self) -> int | None:
        return self.status


class FakeMachine:
    """Time goes on by half a second in each turn; `script` says what happens in it, and the end comes after it."""

    def __init__(self) -> None:
        self.time = 100.0
        self.workers: list[FakeWorker] = []
        self.freed: list[str] = []
        self.listens = True
        self.can_start = True
        self.script: list[Callable[[], object]] = []
        self.invalid = "invalid"

    def now(self) -> float:
        return self.time

    def start(self, number: int, loaded: Loaded, operations: Operations) -> FakeWorker:
        if not self.can_start:
            raise BlockingIOError("no more processes")
        worker = FakeWorker(number, 1000 + len(self.workers), loaded, operations)
        self.workers.append(worker)
        return worker

    def load(self, release: Release) -> Loaded:
        if release.sdl == self.invalid:
            raise RouterError("INVALID_SUPERGRAPH", "no")
        supergraph: Any = None
        return Loaded(release, supergraph)

    def free(self, loaded: Loaded) -> None:
        self.freed.append(loaded.release.sdl)

    def wait(self, seconds: float) -> list[int]:
        self.time += seconds
        if not self.script:
            for worker in self.running():
                worker.status = 0
            return [signal.SIGTERM]
        happened = self.script.pop(0)()
        return [happened] if isinstance(happened, signal.Signals) else []

    def stop_listening(self) -> None:
        self.listens = False

    def running(self) -> list[FakeWorker]:
        return [each for each in self.workers if each.status is None]


class Stage:
    """A supervisor of two workers, by default, and its fake surroundings."""

    def __init__(self, folder: Path) -> None:
        self.machine = FakeMachine()
        self.supergraph = folder / "supergraph.graphql"
        self.settings = folder / "router.yaml"
        self.supergraph.write_text("one")
        self.settings.write_text("server: {workers: 2}")
        source = Source(self.settings, {"supergraph": self.supergraph})
        self.releases = Releases(source, source.read(), self.machine.now)
        self.greetings = 0
        loaded = self.machine.load(self.releases.current)
        self.supervisor = Supervisor(self.machine, self.releases, loaded, self._greet)

    def _greet(self) -> None:
        self.greetings += 1

    def play(self, *script: Callable[[], object]) -> None:
        """Each step is what happens in one turn."""
        self.machine.script = list(script)
        self.supervisor.run()

    def worker(self, position: int) -> FakeWorker:
        return self.machine.workers[position]

    def ready(self) -> None:
        """All that have just been started answer requests; the ones that are told to leave do."""
        for each in self.machine.running():
            if not getattr(each, "has_said_ready", False):
                each.has_said_ready = True  # type: ignore[attr-defined]
                each.says.append(Ready())
            if Leave() in each.told:
                each.status = 0

    def obey(self) -> None:
        """All serve what they are told to."""
        for each in self.machine.running():
            if any(isinstance(message, Serve) for message in each.told):
                each.told = [message for message in each.told if not isinstance(message, Serve)]
                each.says.append(Served())

    def served(self) -> list[str]:
        """What the running workers were told to serve, and have not yet."""
        return [
            message.release.sdl
            for each in self.machine.running()
            for message in each.told
            if isinstance(message, Serve)
        ]


def wait() -> None:
    """Nothing happens."""


def settle(stage: Stage) -> list[Callable[[], object]]:
    """Until both workers serve, and the files were looked at."""
    return [stage.ready, wait, wait, wait]
