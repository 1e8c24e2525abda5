"""One process that answers: uvicorn's server, which leaves without losing a request."""

import asyncio
import signal
import socket
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from types import FrameType
from typing import Any, Final

import uvicorn

from router.serving.acceptor import Acceptor
from router.serving.garbage import Garbage
from router.serving.generations import Generations
from router.serving.operations import Operations
from router.transport.health import Readiness

PATIENCE_SECONDS: Final = 30
"""How long requests under way may take once the router stops."""
_LINGER_SECONDS: Final = 1.0
_LINGER_SECONDS_AMONG_OTHERS: Final = 6.0
"""An idle connection stays open so long for one more request, whose answer says that it is the last. Among others it takes its
time: uvicorn closes what was idle for 5 seconds anyway."""
_TICK_SECONDS: Final = 0.02


@dataclass(frozen=True, slots=True)
class Place:
    """Where a worker stands. `acceptor` is None for one that has its port alone."""

    acceptor: Acceptor | None = None
    operations: Operations = ()
    """To be known before the first request."""


class Worker(uvicorn.Server):
    """`beside` runs from the first request to the last one."""

    def __init__(
        self,
        generations: Generations,
        readiness: Readiness,
        garbage: Garbage,
        beside: Callable[["Worker"], Coroutine[Any, Any, None]],
        place: Place | None = None,
    ) -> None:
        config = uvicorn.Config(
            generations,
            interface="asgi3",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,  # nobody asks where a client is
            lifespan="off",
            timeout_graceful_shutdown=PATIENCE_SECONDS,
        )
        super().__init__(config)
        self._generations = generations
        self._readiness = readiness
        self._garbage = garbage
        self._beside = beside
        self._place = place or Place()
        self._is_leaving = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Raises RouterError."""
        if self._place.acceptor is not None:
            signal.signal(
                signal.SIGINT, signal.SIG_IGN
            )  # a terminal sends it to all; the supervisor says what to do
        await self._generations.start(self._place.operations)
        await super().startup(sockets)
        if self._place.acceptor is not None:
            self._place.acceptor.open(self.server_state.connections, self._protocol)
        self._garbage.settle()
        self._readiness.open()
        self._running = asyncio.create_task(self._beside(self))

    def leave(self) -> None:
        """For one among others, who take the connections from now on. `/ready` does not change: the port is still served."""
        self._is_leaving = True
        self.should_exit = True

    def end(self) -> None:
        """As the first signal does, without waiting for load balancers."""
        self._readiness.drain()
        self.should_exit = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal closes /ready and waits for the load balancers to see it, the second one does not wait, the third
        one breaks off."""
        self._captured_signals.append(sig)
        first, drain_seconds = len(self._captured_signals) == 1, self._drain_seconds()
        self._readiness.drain()
        if first and drain_seconds:
            asyncio.get_running_loop().call_later(drain_seconds, self.end)
        elif not self.should_exit:
            self.end()
        else:
            self.force_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Takes no more connections, and lets those that there are come to their end."""
        await asyncio.sleep(0)  # those that have just connected are taken in this turn of the event loop
        for listening in self.servers:
            listening.close()
        if self._place.acceptor is not None:
            self._place.acceptor.close(for_all=not self._is_leaving)
        self._announce_the_last_answers()
        await self._linger()
        await super().shutdown(sockets)
        self._running.cancel()
        await asyncio.wait((self._running,))
        if not self.force_exit:
            await self._generations.close()

    def _drain_seconds(self) -> float:
        return self._generations.release.settings.server.drain_seconds

    def _protocol(self) -> asyncio.Protocol:
        make: Callable[..., asyncio.Protocol] = self.config.http_protocol_class
        return make(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)

    def _announce_the_last_answers(self) -> None:
        """A connection that is closed between two requests loses the second one where that is under way already."""
        state = self.server_state
        state.default_headers = [*state.default_headers, (b"connection", b"close")]
        for connection in tuple(state.connections):
            cycle = getattr(connection, "cycle", None)
            if cycle is not None and not cycle.response_complete:
                connection.shutdown()  # which only says so, while a request is under way

    async def _linger(self) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + (_LINGER_SECONDS_AMONG_OTHERS if self._is_leaving else _LINGER_SECONDS)
        while self.server_state.connections and loop.time() < until and not self.force_exit:  # noqa: ASYNC110  uvicorn has no event for it
            await asyncio.sleep(_TICK_SECONDS)
