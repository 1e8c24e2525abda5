"""A worker as its supervisor sees it."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from router.errors import RouterError
from router.federation.supergraph import Supergraph
from router.serving.channel import ToSupervisor, ToWorker
from router.serving.release import Release


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A release whose supergraph is in memory."""

    release: Release
    supergraph: Supergraph


class WorkerProcess(Protocol):
    """A child process that was forked from this one."""

    number: int
    """From 1; nobody else has it at the same time."""
    pid: int

    def send(self, message: ToWorker) -> None:
        """Raises OSError where the worker does not read."""

    def received(self) -> list[ToSupervisor]:
        """What it has said since the last call."""

    def signal(self, number: int) -> None:
        """Nothing happens where it has ended."""

    def exit_status(self) -> int | None:
        """None while it runs; below zero it is the signal that ended it. Once it has ended, nothing is left of it."""


class State(Enum):
    """What a worker does."""

    STARTING = auto()
    SERVING = auto()
    LEAVING = auto()


@dataclass(slots=True, eq=False)
class Member:
    """`batch` grows with each rolling restart. `since` is when the state began, `heard` when it last said anything."""

    process: WorkerProcess
    batch: int
    loaded: Loaded
    since: float
    heard: float
    state: State = State.STARTING
    asked: Loaded | None = None
    """It was told to serve this, and has not answered yet."""
    failure: RouterError | None = None
    """Why it cannot start, in its own words."""

    def __str__(self) -> str:
        return f"Worker {self.process.number} [{self.process.pid}]"

    def enter(self, state: State, now: float) -> None:
        """Begins to do something else."""
        self.state, self.since = state, now
