"""A connection to Redis on which a process hears of all that changes what it keeps in its memory.

All comes in one order: an answer to a question follows whatever happened before it was asked. So the memory is right as of
the last question that was answered. Invalidations are announced by the script that does them, each with Redis's clock, and
the clock is what is asked for: when it is another than the last that was heard of, something was missed. Client tracking
tells of what others do to entities: fills, of which it is the only sign, deletions, and FLUSHALL. With each question goes
a promise: see promise.py.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Any, Final, Protocol

import msgspec
from redis.asyncio.connection import ConnectionPool
from redis.exceptions import NoScriptError, RedisError

from router.cache.announcement import LEASE, MARGIN, Hearing, understand
from router.cache.promise import GOODBYE, LASTS, NOT_NOW, Promise
from router.cache.push_connection import Command, PushConnection
from router.cache.redis_answers import read_moment
from router.cache.redis_keys import RedisKeys
from router.cache.redis_scripts import BEAT, Answer, Script
from router.cache.store import Invalidation, StoreUnavailableError

_log: Final = logging.getLogger(__name__)
_BEAT: Final = LEASE / 3
_BELIEVES: Final = round((LEASE + MARGIN) * 1000)
"""Milliseconds from an answered question in which Redis counts this process among those who believe their memory."""
_SILENCE: Final = LASTS
"""Seconds until a connection without an answer is given up."""
_AGAIN: Final = 0.1
_MESSAGE: Final = (b"message", b"smessage")
_PAUSES: Final = 0.05, 1.0
"""Seconds before the first attempt to connect again, and at most."""


class Listener(Protocol):
    """Whoever keeps copies."""

    def drop(self, what: Invalidation) -> None:
        """It has changed, or that is not known."""

    def written(self, entity: str) -> bool:
        """Its hash was, or it is gone. Whether that matters."""

    def may_promise(self) -> bool:
        """Whether Redis would be told of what is changed here."""


def _ignore(_: object) -> None:
    pass


class Tracking:
    """`owner` is whose invalidations are waited for in `hearing`."""

    def __init__(
        self, pool: ConnectionPool, keys: RedisKeys, owner: bytes, hearing: Hearing, listener: Listener
    ) -> None:
        self.clock = 0
        """Redis's, at the last moment of which everything is known here."""
        self.is_connected = False
        """What happens is heard of, sooner or later, or there will be a drop of everything."""
        self.promise = Promise()
        self._pool = pool
        self._keys = keys
        self._owner = owner
        self._own_channel = keys.acknowledgements(owner)
        self._hearing = hearing
        self._listener = listener
        self._until = float("-inf")
        self._connection: PushConnection | None = None
        self._is_script_known = False
        self._task: asyncio.Task[None] | None = None

    @property
    def is_coherent(self) -> bool:
        """Whether all has been heard of for whose sake somebody waits."""
        return monotonic() < self._until

    def start(self) -> None:
        """In the event loop that runs."""
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    async def run(
        self,
        script: Script,
        keys: Sequence[bytes],
        arguments: Sequence[bytes | int],
        read: Callable[[Any], Answer],
    ) -> Answer:
        """Over the connection that there is, for however long that lasts. Raises StoreUnavailableError."""
        if self._connection is None or not self.is_connected:
            raise StoreUnavailableError("There is no connection.")
        try:
            return await self._connection.call(("EVAL", script.source, len(keys), *keys, *arguments), read)
        except (RedisError, OSError) as error:
            raise StoreUnavailableError(f"Redis does not answer: {error!r}") from error

    async def stop(self) -> None:
        """For good."""
        if self._task is not None:
            with suppress(Exception):  # the client raises more than it says; then the promise ends by itself
                await self._ask(GOODBYE)
        while self._task is not None and not self._task.done():
            self._task.cancel()  # again where it was lost, as to an error of the same moment in the task group
            await asyncio.wait((self._task,), timeout=_AGAIN)

    async def _run(self) -> None:
        first, most = _PAUSES
        pause = first
        while True:
            try:
                await self._listen_while_connected()
            except Exception as error:  # the client raises more than it says
                log = _log.warning if self.is_connected else _log.debug
                log("What changes in Redis is not heard of, so nothing is kept in memory: %r", error)
                pause = first if self.is_connected else min(2 * pause, most)
            finally:
                self._lose()
            await asyncio.sleep(pause)

    def _lose(self) -> None:
        was_connected = self.is_connected
        self._until = float("-inf")
        self.is_connected = self._is_script_known = False
        self._connection = None
        if was_connected:  # else nothing is kept, but what others keep who share the memory
            self._listener.drop(Invalidation(everything=True))

    async def _listen_while_connected(self) -> None:
        connection = PushConnection(self._pool, self._take, _SILENCE)
        try:
            await connection.open()
            self._connection = connection
            tracking = ("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", self._keys.entities)
            await connection.send([Command(tracking, _ignore)])
            await connection.subscribe(self._keys.subscribe, self._keys.invalidations, self._own_channel)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._beat())
                tasks.create_task(connection.listen())
        finally:
            await connection.close()

    async def _beat(self) -> None:
        while True:
            await self._ask(self.promise.renew(monotonic()) if self._listener.may_promise() else NOT_NOW)
            await asyncio.sleep(_BEAT)

    async def _ask(self, promised: int) -> None:
        script = ("EVALSHA", BEAT.sha) if self._is_script_known else ("EVAL", BEAT.source)
        books = self._keys.books
        question = (*script, len(books), *books, self._owner, promised, self._own_channel, _BELIEVES)
        await self._send([Command(question, partial(self._alive, monotonic()))])

    def _alive(self, asked: float, answer: Any) -> None:
        self._is_script_known = not isinstance(answer, NoScriptError)
        if not self._is_script_known:
            return
        clock, now = read_moment(answer)
        self.promise.heard(monotonic(), now)
        if clock != self.clock or not self.is_connected:
            self._listener.drop(Invalidation(everything=True))
        self.clock = clock
        self.is_connected = True
        self._until = asked + LEASE

    async def _take(self, message: Sequence[Any]) -> None:
        kind, *rest = message
        if kind == b"invalidate":
            await self._touched(rest[0])
        elif kind in _MESSAGE and rest[0] == self._own_channel:
            self._hearing.heard(int(rest[1]))
        elif kind in _MESSAGE:
            await self._announced(rest[1])
        elif kind == b"sunsubscribe":
            raise ConnectionError("The slot is at another node of the cluster now.")

    async def _announced(self, message: bytes) -> None:
        try:
            told = understand(message)
        except (ValueError, msgspec.MsgspecError):
            self._listener.drop(Invalidation(everything=True))
            return
        has_missed_some = told.clock != self.clock + 1
        self._listener.drop(Invalidation(everything=True) if has_missed_some else told.what)
        self.clock = told.clock
        if not self.is_connected:
            return  # nobody waits for who has not been answered, here: this may be a replica
        if told.origin == self._owner:
            self._hearing.heard(told.clock)
        else:
            answer = self._keys.publish, self._keys.acknowledgements(told.origin), told.clock
            await self._send([Command(answer, _ignore)])

    async def _touched(self, keys: Sequence[bytes] | None) -> None:
        """Who has filled something in has not deleted it: only where more is held does it matter which it was."""
        if keys is None:  # FLUSHALL; the clock has gone with the rest
            self._until = float("-inf")
            self._listener.drop(Invalidation(everything=True))
            await self._ask(NOT_NOW)
            return
        checks = [
            Command(("EXISTS", key), partial(self._checked, entity))
            for key, entity in _entities(keys, self._keys.entities)
            if self._listener.written(entity)
        ]
        if checks:
            await self._send(checks)

    def _checked(self, entity: str, answer: int) -> None:
        if not answer:
            self._listener.drop(Invalidation(entities=(entity,)))

    async def _send(self, commands: Sequence[Command]) -> None:
        if self._connection is not None:
            await self._connection.send(commands)


def _entities(keys: Sequence[bytes], prefix: bytes) -> Iterator[tuple[bytes, str]]:
    for key in keys:
        with suppress(UnicodeDecodeError):  # then it is not of a store
            yield key, str(key[len(prefix) :], "utf-8", "surrogatepass")
