"""A store in Redis, and the other end of that Redis."""

from launcher.valkey import ValkeyServer
from router.cache.redis_connection import connect
from router.cache.redis_store import RedisStore, RedisStoreOptions
from router.cache.store import Fill, Wanted

MINUTE = 60_000
NAME = "User:1", "name"
BOOKS = ("t:clock", "t:marks", "t:marks:old", "t:late", "t:late:old")
"""Keys beside those of entities."""

SHORT = RedisStoreOptions(timeout=5, pause=0.05)


class Ours:
    """A store, and the server's other end."""

    def __init__(self, server: ValkeyServer, options: RedisStoreOptions = SHORT) -> None:
        self.other = connect(server.url)
        self.store = RedisStore(connect(server.url), "t", options)

    async def keep(self, *, tags: tuple[str, ...] = (), stamp: int | None = None, value: bytes = b"1") -> int:
        used = (await self.store.read([])).stamp if stamp is None else stamp
        await self.store.fill(used, [Fill("User:1", {"name": value}, MINUTE, tags=tags)])
        return used

    async def has(self) -> bool:
        return bool((await self.store.read([Wanted("User:1", ("name",))])).entries[0])

    async def close(self) -> None:
        await self.store.close()
        await self.other.aclose()
