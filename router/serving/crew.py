"""The workers of a supervisor: as many as there should be, each replaced when it ends, hangs or is of an older batch."""

import logging
import math
import signal
from collections.abc import Callable
from typing import Final

from router.errors import RouterError
from router.serving.channel import Leave, ToWorker
from router.serving.member import Loaded, Member, State, WorkerProcess
from router.serving.operations import Operations

_log: Final = logging.getLogger(__name__)

HIGHEST_NUMBER: Final = 255
_STARTING_SECONDS: Final = 300.0
_LEAVING_SECONDS: Final = 60.0
_SILENT_SECONDS: Final = 60.0
"""A worker that says nothing for so long hangs: it has to every few seconds."""
_SOON_SECONDS: Final = 10.0
"""A worker that ends within this time after its start may do so again and again."""
_FIRST_PAUSE_SECONDS: Final = 0.5
_LONGEST_PAUSE_SECONDS: Final = 30.0
_MOST_FAILURES: Final = 5
_LIMITS: Final = {
    State.STARTING: _STARTING_SECONDS,
    State.SERVING: math.inf,
    State.LEAVING: _LEAVING_SECONDS,
}


class Crew:
    """`start` forks a worker with a number that is free, to serve what is loaded, knowing these operations."""

    def __init__(
        self, start: Callable[[int, Loaded, Operations], WorkerProcess], clock: Callable[[], float]
    ) -> None:
        self.members: list[Member] = []
        self.batch = 0
        self._start = start
        self._clock = clock
        self._failures = 0
        self._not_before = 0.0
        self._has_served = False
        self._is_ending = False

    def serving(self) -> list[Member]:
        """Those that answer requests, the oldest batch first."""
        found = (each for each in self.members if each.state is State.SERVING)
        return sorted(found, key=lambda each: each.batch)

    def tend(self, wanted: Loaded, count: int, operations: Operations) -> None:
        """Starts workers that are missing, a few at a time where others still serve; lets those go that are too many."""
        serving = self.serving()
        starting = [each for each in self.members if each.state is State.STARTING]
        current = [each for each in (*serving, *starting) if each.batch == self.batch]
        room = max(1, count - len(serving)) - len(starting)
        if len(serving) >= count and all(self._clock() - each.since > _SOON_SECONDS for each in serving):
            self._failures = 0
        if self._clock() >= self._not_before:
            for _ in range(min(count - len(current), room)):
                self._add(wanted, operations)
        for member in serving[: max(0, len(serving) - count)]:
            self.dismiss(member)

    def send(self, member: Member, message: ToWorker) -> None:
        """A worker that does not read is killed."""
        try:
            member.process.send(message)
        except OSError as error:
            _log.error("%s does not listen (%s), and is killed", member, error or type(error).__name__)
            member.process.signal(signal.SIGKILL)

    def dismiss(self, member: Member) -> None:
        """It finishes what it has begun, and ends."""
        self.send(member, Leave())
        member.enter(State.LEAVING, self._clock())

    def outdate(self, member: Member) -> None:
        """It goes as soon as there is another one."""
        member.batch = min(member.batch, self.batch - 1)

    def welcome(self, member: Member) -> None:
        """It answers requests from now on."""
        member.enter(State.SERVING, self._clock())
        self._has_served = True
        _log.info("%s is ready", member)

    def bury(self, member: Member, status: int) -> RouterError | None:
        """Takes note that it has ended. Where there is no use in going on, this is the reason."""
        self.members.remove(member)
        if member.state is State.LEAVING or self._is_ending:
            _log.info("%s has left", member)
            return None
        age = self._clock() - member.since
        early = member.state is State.STARTING or age < _SOON_SECONDS
        _log.error("%s has ended with %d while it was %s", member, status, member.state.name.lower())
        if early:
            self._wait()
        else:
            self._failures = 0
        if self._is_hopeless():
            return member.failure or RouterError(
                "WORKERS_FAILED",
                f"Workers end before they serve, the last one with {status}. The reason stands above.",
            )
        return None

    def kill_those_that_hang(self) -> None:
        """A worker that cannot even say that it is alive answers nobody either."""
        now = self._clock()
        for member in () if self._is_ending else self.members:
            silent = member.state is State.SERVING and now - member.heard > _SILENT_SECONDS
            if silent or now - member.since > _LIMITS[member.state]:
                _log.error("%s hangs, and is killed", member)
                member.process.signal(signal.SIGKILL)

    def end(self, number: int) -> None:
        """Sends the signal to all, whose end is expected from now on."""
        self._is_ending = True
        for member in self.members:
            member.process.signal(number)

    def _add(self, wanted: Loaded, operations: Operations) -> None:
        taken = {each.process.number for each in self.members}
        number = next((free for free in range(1, HIGHEST_NUMBER + 1) if free not in taken), None)
        if number is not None:
            now = self._clock()
            try:
                process = self._start(number, wanted, operations)
            except OSError as error:
                _log.error("Cannot start a worker: %s", error)
                self._wait()
            else:
                self.members.append(Member(process, self.batch, wanted, since=now, heard=now))

    def _wait(self) -> None:
        """Longer after each failure."""
        pause = _FIRST_PAUSE_SECONDS * 2.0**self._failures
        self._failures += 1
        self._not_before = self._clock() + min(_LONGEST_PAUSE_SECONDS, pause)

    def _is_hopeless(self) -> bool:
        if not self._has_served:
            return True
        return self._failures >= _MOST_FAILURES and not self.serving()
