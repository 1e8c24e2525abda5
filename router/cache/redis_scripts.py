"""Runs the field store's scripts in Redis: in a round trip each, within bounded time, and not while Redis is away."""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import Any, Final, NamedTuple, TypeVar

from redis.asyncio import Redis
from redis.exceptions import MaxConnectionsError, NoScriptError, ReadOnlyError, ResponseError, TryAgainError

from router.cache.store import StoreUnavailableError

_log: Final = logging.getLogger(__name__)
_QUIET_SECONDS: Final = 60
_ELSEWHERE: Final = "non local key"
"""What a node of a Cluster says in the middle of a script."""
Answer = TypeVar("Answer")


class Script(NamedTuple):
    """In Lua, and the name that Redis knows it by."""

    source: bytes
    sha: str


def _load(first_line: str, *names: str) -> Script:
    folder = files("router.cache").joinpath("scripts")
    parts = (folder.joinpath(f"{name}.lua").read_text(encoding="utf-8") for name in names)
    source = "\n".join((first_line, *parts)).encode()
    return Script(source, hashlib.sha1(source, usedforsecurity=False).hexdigest())


# With the first line Redis refuses a script as a whole where it is full or a replica, without it only what would write.
READ: Final = _load("", "common", "read")
FILL: Final = _load("#!lua", "common", "fill")
BEAT: Final = _load("#!lua flags=allow-oom", "common", "beat")
INVALIDATE: Final = _load("#!lua flags=allow-oom", "common", "invalidate")
CLAIM: Final = _load("#!lua", "claim")
RELEASE: Final = _load("#!lua flags=allow-oom", "release")
END_EPOCH: Final = _load("#!lua flags=allow-oom", "end_epoch")


class SlotMovesError(StoreUnavailableError):
    """From one node of a Cluster to another, key by key: a script finds some here, and some there."""


class RedisScripts:
    """After a failure nobody tries for `pause` seconds; then one does, and the others wait for how that ends.

    An answer that is an error is a failure of the call, but Redis is there. Nor is a pool that is empty a reason to pause:
    who shares the client may hold its connections.
    """

    def __init__(self, client: "Redis", timeout: float, pause: float, clock: Callable[[], float]) -> None:
        self._client = client
        self._timeout = timeout
        self._pause = pause
        self._clock = clock
        self._paused_until: float | None = None
        self._quiet_until = float("-inf")
        self._connections = asyncio.Semaphore(client.connection_pool.max_connections)

    @property
    def is_answered(self) -> bool:
        """Whether nothing has failed a moment ago."""
        return self._paused_until is None or self._clock() >= self._paused_until

    async def run(
        self,
        script: Script,
        keys: Sequence[bytes],
        arguments: Sequence[bytes | int],
        read: Callable[[Any], Answer],
        *,
        urgent: bool = False,
    ) -> Answer:
        """What `read` makes of the answer; it raises where that is garbage. Raises StoreUnavailableError, whatever goes wrong.
        `urgent` tries in any case."""
        now = self._clock()
        if self._paused_until is not None:
            if now < self._paused_until and not urgent:
                raise StoreUnavailableError("Redis did not answer a moment ago.")
            self._paused_until = now + self._pause
        try:
            async with asyncio.timeout(self._timeout), self._connections:
                answer = read(await self._send(script, (len(keys), *keys, *arguments)))
        except (ResponseError, MaxConnectionsError) as error:
            self._paused_until = None
            self._report(error)
            moves = isinstance(error, TryAgainError) or _ELSEWHERE in str(error)
            kind = SlotMovesError if moves else StoreUnavailableError
            raise kind(f"Redis was not asked, or refused: {error}") from error
        except Exception as error:  # the client raises more than it says, and a cache must not fail a request
            self._paused_until = self._clock() + self._pause
            self._report(error)
            raise StoreUnavailableError(f"Redis does not answer: {_told(error)}") from error
        self._paused_until = None
        return answer

    async def close(self) -> None:
        """Its connections, too."""
        await self._client.aclose()

    async def _send(self, script: Script, arguments: tuple[bytes | int, ...]) -> Any:
        try:
            return await self._client.execute_command("EVALSHA", script.sha, *arguments)  # type: ignore[no-untyped-call]
        except NoScriptError:
            return await self._client.execute_command("EVAL", script.source, *arguments)  # type: ignore[no-untyped-call]
        except ReadOnlyError:
            # It was demoted. A new connection may lead to its successor.
            await self._client.connection_pool.disconnect(inuse_connections=False)
            raise

    def _report(self, error: Exception) -> None:
        if self._clock() >= self._quiet_until:
            self._quiet_until = self._clock() + _QUIET_SECONDS
            _log.warning("The field cache goes on without Redis, which may be back already: %s", _told(error))


def _told(error: Exception) -> str:
    """A timeout says nothing, and what the client raises does not say it in its repr."""
    return str(error) or repr(error)
