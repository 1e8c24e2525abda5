"""The circuit breaker of one subgraph: after too many failures it is left alone, and then tried with a few calls."""

import logging
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_log: Final = logging.getLogger(__name__)


class CircuitState(StrEnum):
    """Closed lets all calls through, open none, half-open some."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


@dataclass(frozen=True, slots=True)
class BreakerOptions:
    """Opens when `failure_share` of the last `window` calls failed, and there were `min_calls` of them at least."""

    enabled: bool = True
    window: int = 100
    min_calls: int = 20
    failure_share: float = 0.5
    open_seconds: float = 5.0
    probes: int = 3
    """Calls at a time while it is half-open, and successes that close it."""


class CircuitBreaker:
    """Times are seconds of any clock that does not go back.

    A call gets a permit, and brings it back with its result: `succeeded`, `failed`, or `abandoned` for a call that says
    nothing about the subgraph. A permit from before the last change of state says nothing, either.
    """

    def __init__(self, subgraph: str, options: BreakerOptions) -> None:
        self.state = CircuitState.CLOSED
        self.permit = 1
        """For every call while the circuit is closed, else 0: then `admit` knows."""
        self._subgraph = subgraph
        self._options = options
        self._needed = min(options.min_calls, options.window)
        self._mask = (1 << options.window) - 1
        self._phase = 1
        self._calls = 0
        self._failures = 0
        """A bit for each of the last calls, the newest is the lowest."""
        self._until = 0.0
        self._free = 0
        self._successes = 0

    def admit(self, now: float) -> int:
        """A permit, or 0 for a call that must not be made."""
        if self.permit:
            return self.permit
        if self.state is CircuitState.OPEN and now >= self._until:
            self._half_open()
        if not self._free:
            return 0
        self._free -= 1
        return self._phase

    def succeeded(self, permit: int) -> None:
        """The subgraph answered."""
        if permit == self.permit:
            if self._failures or self._calls < self._options.window:
                self._note(0)
        elif permit == self._phase:
            self._successes += 1
            self._free += 1
            if self._successes >= self._options.probes:
                self._close()

    def failed(self, permit: int, now: float) -> None:
        """The subgraph did not answer, or with a failure that is not GraphQL."""
        if permit == self.permit:
            self._note(1)
            failures = self._failures.bit_count()
            if self._calls >= self._needed and failures >= self._options.failure_share * self._calls:
                self._open(now, f"{failures} of its last {self._calls} calls failed")
        elif permit == self._phase:
            self._open(now, "it failed again")

    def abandoned(self, permit: int) -> None:
        """Nobody waited for the answer, or nothing can be said of it."""
        if permit != self.permit and permit == self._phase:
            self._free += 1

    def _note(self, failure: int) -> None:
        self._failures = (self._failures << 1 | failure) & self._mask
        if self._calls < self._options.window:
            self._calls += 1

    def _open(self, now: float, why: str) -> None:
        if not self._options.enabled:
            return
        self._change(CircuitState.OPEN)
        self._until = now + self._options.open_seconds
        _log.warning(
            "subgraph '%s': circuit open for %g s, because %s",
            self._subgraph,
            self._options.open_seconds,
            why,
        )

    def _half_open(self) -> None:
        self._change(CircuitState.HALF_OPEN)
        self._free = self._options.probes
        _log.info("subgraph '%s': circuit half-open, trying again", self._subgraph)

    def _close(self) -> None:
        self._change(CircuitState.CLOSED)
        self.permit = self._phase
        _log.info("subgraph '%s': circuit closed", self._subgraph)

    def _change(self, state: CircuitState) -> None:
        self.state = state
        self.permit = 0
        self._phase += 1
        self._calls = self._failures = self._free = self._successes = 0
