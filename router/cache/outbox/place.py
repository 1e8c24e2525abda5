"""Who reads the stream for a store, and how far: each process for its own memory, one at a time for a Redis that they share."""

import asyncio
from secrets import token_hex
from typing import Final, Protocol

from redis.asyncio import Redis

from router.cache.outbox.position import Position

_LEASE_MS: Final = 5_000
"""After so long another process reads on for one that does not answer."""
_PATIENCE: Final = 5.0


class Place(Protocol):
    """Of one process. Raises RedisError, OSError or TimeoutError."""

    async def take(self) -> bool:
        """Whether it is this process that reads, for the next seconds."""

    async def load(self) -> Position | None:
        """Up to where the store knows of all that was said. None where that is not known."""

    async def keep(self, position: Position) -> None:
        """The store knows of what lies before it."""

    async def leave(self) -> None:
        """So that another one reads on at once."""

    async def close(self) -> None:
        """Frees connections."""


class OwnPlace:
    """For a store that ends with the process."""

    def __init__(self) -> None:
        self._position: Position | None = None

    async def take(self) -> bool:
        """Always."""
        return True

    async def load(self) -> Position | None:
        """None at first."""
        return self._position

    async def keep(self, position: Position) -> None:
        """Until the process ends."""
        self._position = position

    async def leave(self) -> None:
        """There is nobody else."""

    async def close(self) -> None:
        """There is nothing to free."""


class SharedPlace:
    """For a store in Redis, beside which it is kept: what loses one of them loses both. `name` begins its keys."""

    def __init__(self, client: "Redis", name: str) -> None:
        self._client = client
        self._position, self._reader = f"{name}:position", f"{name}:reader"
        self._own = token_hex(16).encode()

    async def take(self) -> bool:
        """The first who asks. Two read for a moment where the lease of one ends while it works, which does no harm."""
        async with asyncio.timeout(_PATIENCE):
            if await self._client.set(self._reader, self._own, nx=True, px=_LEASE_MS):
                return True
            if await self._client.get(self._reader) != self._own:
                return False
            await self._client.pexpire(self._reader, _LEASE_MS)
            return True

    async def load(self) -> Position | None:
        """From Redis."""
        async with asyncio.timeout(_PATIENCE):
            kept = await self._client.get(self._position)
        return Position.decode(kept) if kept is not None else None

    async def keep(self, position: Position) -> None:
        """In Redis."""
        async with asyncio.timeout(_PATIENCE):
            await self._client.set(self._position, position.encode())

    async def leave(self) -> None:
        """Only what is ours."""
        async with asyncio.timeout(_PATIENCE):
            if await self._client.get(self._reader) == self._own:
                await self._client.delete(self._reader)

    async def close(self) -> None:
        """Its connections."""
        await self._client.aclose()
