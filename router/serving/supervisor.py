"""The parent of the workers: what it decides. The means are those of `router.serving.machine`."""

import logging
import signal
from collections.abc import Callable
from typing import Final, Protocol

from router.errors import RouterError
from router.incident import incident
from router.serving.alone import say_refused
from router.serving.channel import (
    Failed,
    Heavy,
    Note,
    Popular,
    Ready,
    Serve,
    Served,
    TellPopular,
    ToSupervisor,
)
from router.serving.crew import Crew
from router.serving.member import Loaded, Member, State, WorkerProcess
from router.serving.operations import Operations
from router.serving.release import Release
from router.serving.releases import LOOK_SECONDS, Releases
from router.serving.worker import PATIENCE_SECONDS

_log: Final = logging.getLogger(__name__)

_POPULAR_SECONDS: Final = 2.0
_ENDING_SECONDS: Final = PATIENCE_SECONDS + 15


class Machine(Protocol):
    """What a supervisor needs of the operating system."""

    def now(self) -> float:
        """In seconds, and never backwards."""

    def start(self, number: int, loaded: Loaded, operations: Operations) -> WorkerProcess:
        """Forks."""

    def load(self, release: Release) -> Loaded:
        """Raises RouterError."""

    def free(self, loaded: Loaded) -> None:
        """Nobody will be forked with it any more."""

    def wait(self, seconds: float) -> list[int]:
        """Until a worker says something or ends, a signal comes, or this time is over. Gives the signals."""

    def stop_listening(self) -> None:
        """In this process; the workers go on."""


class Supervisor:
    """Until it is told to end, or workers cannot serve."""

    def __init__(
        self, machine: Machine, releases: Releases, loaded: Loaded, on_ready: Callable[[], None]
    ) -> None:
        self.ended_by: int | None = None
        self._machine = machine
        self._on_ready: Callable[[], None] | None = on_ready
        self._releases = releases
        self._loaded = loaded
        self._proven: Loaded = loaded
        """What workers do serve; `_loaded` is what they should, and the next one may not get there."""
        self._has_made_room = False
        self._crew = Crew(machine.start, machine.now)
        self._operations: Operations = ()
        self._operations_by = 0.0
        self._noted: str | None = None
        self._kill_at: float | None = None
        self._error: RouterError | None = None

    def run(self) -> None:
        """Raises RouterError where workers cannot serve."""
        self._tend()
        while self._kill_at is None or self._crew.members:
            for number in self._machine.wait(LOOK_SECONDS):
                self._take(number)
            for member in tuple(self._crew.members):
                self._listen(member)
            self._crew.kill_those_that_hang()
            if self._kill_at is None:
                self._look()
                self._tend()
            elif self._machine.now() > self._kill_at:
                self._crew.end(signal.SIGKILL)
        if self._error is not None:
            raise self._error

    def _take(self, number: int) -> None:
        if number in (signal.SIGTERM, signal.SIGINT):
            self.ended_by = self.ended_by or number
            self._end()
        elif number == signal.SIGHUP:
            self._releases.ask()
        elif number == signal.SIGUSR2 and self._kill_at is None:
            self._releases.ask()  # read before the first of them starts
            self._renew()

    def _end(self) -> None:
        """Called again, workers do not wait for load balancers; and then not for requests."""
        if self._kill_at is None:
            self._machine.stop_listening()
            drain_seconds = self._proven.release.settings.server.drain_seconds
            self._kill_at = self._machine.now() + drain_seconds + _ENDING_SECONDS
        self._crew.end(signal.SIGTERM)

    def _renew(self) -> None:
        """New workers for all, who first hear what is asked for most."""
        _log.info("Starting new workers")
        self._crew.batch += 1
        for member in self._crew.serving()[:1]:
            self._operations_by = self._machine.now() + _POPULAR_SECONDS
            self._crew.send(member, TellPopular())

    def _tend(self) -> None:
        if self._machine.now() < self._operations_by:
            return
        self._crew.tend(self._loaded, self._count(), self._operations)
        serving = self._crew.serving()
        if any(member.asked for member in serving):
            return
        for member in serving:
            # One at a time: a worker that loads a supergraph answers more slowly meanwhile.
            if member.loaded is not self._loaded and member.batch == self._crew.batch:
                member.asked = self._loaded
                self._crew.send(member, Serve(self._loaded.release))
                return

    def _count(self) -> int:
        return self._loaded.release.settings.server.workers

    def _look(self) -> None:
        if self._loaded is not self._proven:
            return
        try:
            found = self._releases.look()
            if found is not None:
                self._loaded = self._load(found)
                self._make_room()
        except RouterError as error:
            say_refused(error)
        except Exception as error:
            incident(error)
        self._note()

    def _make_room(self) -> None:
        """Workers that are forked from now on need not have the old supergraph in the memory that they share."""
        if self._loaded is self._proven:
            return
        if self._loaded.release.settings.reload.new_workers:
            self._renew()
        if all(member.batch != self._crew.batch for member in self._crew.members):
            self._machine.free(self._proven)
            self._has_made_room = True

    def _load(self, found: Release) -> Loaded:
        """What is served stays where the new release is refused. Raises RouterError where that is sure."""
        try:
            return self._machine.load(found)
        except Exception as error:
            refused = error if isinstance(error, RouterError) else incident(error)
            if self._releases.refuse(found, refused):
                raise refused from None
            return self._loaded

    def _listen(self, member: Member) -> None:
        for message in member.process.received():
            member.heard = self._machine.now()
            self._hear(member, message)
        status = member.process.exit_status()
        if status is None:
            return
        error = self._crew.bury(member, status)
        if member.failure is not None:
            self._disprove(member.loaded, member.failure)
        elif member.asked is not None or member.state is State.STARTING:
            reason = RouterError("WORKERS_FAILED", f"{member} has ended with {status}, trying to serve it.")
            self._disprove(member.asked or member.loaded, reason, for_good=True)
        if error is not None and self._kill_at is None:
            self._error = error
            self._end()

    def _hear(self, member: Member, message: ToSupervisor) -> None:
        match message:
            case Ready():
                self._crew.welcome(member)
                self._prove(member.loaded)
                if self._noted is not None:
                    self._crew.send(member, Note(self._noted))
                if self._on_ready is not None and len(self._crew.serving()) >= self._count():
                    self._on_ready()
                    self._on_ready = None
            case Failed(code, text):
                member.failure = RouterError(code, text)
            case Served(None) if member.asked is not None:
                member.loaded, member.asked = member.asked, None
                self._prove(member.loaded)
            case Served(str(code), text) if member.asked is not None:
                asked, member.asked = member.asked, None
                self._disprove(asked, RouterError(code, text or code))
                if asked is self._loaded:  # others could, so a new one will
                    self._crew.dismiss(member)
            case Heavy():
                _log.info("%s has grown, and is replaced", member)
                self._crew.outdate(member)
            case Popular(operations):
                self._operations, self._operations_by = operations, 0.0

    def _prove(self, loaded: Loaded) -> None:
        """A worker serves it, so the others can."""
        if loaded is self._loaded is not self._proven:
            for name in loaded.release.needing_a_restart(self._proven.release):
                if name != "server.workers":
                    _log.warning("%s has changed, which applies after a restart", name)
            if not self._has_made_room:
                self._machine.free(self._proven)
            self._has_made_room = False
            self._proven = loaded
            self._releases.accept(loaded.release)
            self._note()

    def _disprove(self, loaded: Loaded, error: RouterError, *, for_good: bool = False) -> None:
        """The first worker that should serve it cannot."""
        if loaded is not self._loaded or loaded is self._proven:
            return
        self._machine.free(loaded)
        if self._has_made_room:
            self._proven = self._machine.load(self._proven.release)
            self._has_made_room = False
        self._loaded = self._proven
        if self._releases.refuse(loaded.release, error, for_good=for_good):
            say_refused(error)
        self._note()

    def _note(self) -> None:
        """What /health tells of it."""
        if self._releases.error != self._noted:
            self._noted = self._releases.error
            for member in self._crew.serving():
                self._crew.send(member, Note(self._noted))
