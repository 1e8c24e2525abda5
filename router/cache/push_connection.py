"""A connection to Redis of its own, in RESP3, over which Redis also sends what nobody asked for, all of it in one order."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from redis.asyncio.connection import ConnectionPool
from redis.exceptions import NoScriptError

_Answer = TypeVar("_Answer")


class Command(NamedTuple):
    """`on_answer` may also get a NoScriptError. Every other error ends the connection."""

    parts: Sequence[bytes | str | int]
    on_answer: Callable[[Any], None]


class _Push(NamedTuple):
    message: Sequence[Any]


async def _pushed(message: Sequence[Any]) -> _Push:
    return _Push(message)


class PushConnection:
    """Connects as those of the pool do. `silence`: seconds without an answer after which it is given up."""

    def __init__(
        self, pool: ConnectionPool, on_push: Callable[[Sequence[Any]], Awaitable[None]], silence: float
    ) -> None:
        options = {**pool.connection_kwargs, "protocol": 3, "socket_timeout": None}
        self._connection = pool.connection_class(**options)
        self._on_push = on_push
        self._silence = silence
        self._expected: deque[Callable[[Any], None]] = deque()
        self._calls: set[asyncio.Future[Any]] = set()

    async def open(self) -> None:
        """Raises whatever the client does, as all of this."""
        async with asyncio.timeout(self._silence):
            await self._connection.connect()  # type: ignore[no-untyped-call]
        parser: Any = self._connection._parser  # as the client's own PubSub does
        parser.set_pubsub_push_handler(_pushed)
        parser.set_invalidation_push_handler(_pushed)

    async def close(self) -> None:
        """At once. Nobody waits for an answer any more."""
        for each in self._calls:
            if not each.done():
                each.set_exception(ConnectionError("The connection is closed."))
        await self._connection.disconnect(nowait=True)

    async def send(self, commands: Sequence[Command]) -> None:
        """Their answers come while one listens."""
        self._expected.extend(command.on_answer for command in commands)
        await self._write([command.parts for command in commands])

    async def call(self, parts: Sequence[bytes | str | int], read: Callable[[Any], _Answer]) -> _Answer:
        """What `read` makes of the answer, while somebody listens. Where it raises, that ends the connection."""
        found: asyncio.Future[_Answer] = asyncio.get_running_loop().create_future()
        self._calls.add(found)
        found.add_done_callback(self._calls.discard)

        def settle(answer: Any) -> None:
            read_answer = read(answer)
            if not found.done():
                found.set_result(read_answer)

        try:
            await self.send([Command(parts, settle)])
            return await found
        finally:
            found.cancel()

    async def subscribe(self, *command: bytes) -> None:
        """Redis answers by a push."""
        await self._write([command])

    async def listen(self) -> None:
        """Until it ends."""
        while True:
            try:
                answer = await self._connection.read_response(
                    disable_decoding=True, timeout=self._silence, push_request=True
                )
            except NoScriptError as error:
                answer = error
            if answer is None:
                raise TimeoutError("Redis is silent.")
            if isinstance(answer, _Push):
                await self._on_push(answer.message)
            else:
                self._expected.popleft()(answer)

    async def _write(self, commands: Sequence[Sequence[bytes | str | int]]) -> None:
        if not self._connection.is_connected:
            raise ConnectionError("The connection is closed.")  # the client would open another one
        packed = self._connection.pack_commands(commands)
        await self._connection.send_packed_command(packed, check_health=False)
