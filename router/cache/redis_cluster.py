"""Connections to whichever node of a Redis Cluster has a slot now. They ask when they connect, as those of Sentinel do."""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.connection import Connection, SSLConnection
from redis.exceptions import (
    AskError,
    ClusterDownError,
    MovedError,
    RedisError,
    ResponseError,
)
from redis.exceptions import ConnectionError as RedisConnectionError

Address: TypeAlias = tuple[str, int]
_MOVES: Final = 5
"""That one call follows: not all nodes hear of a move at the same time."""
_UNKNOWN: Final = (None, b"", b"?")
"""What a node says that does not know by which name it was reached."""


class ClusterNodes:
    """Who has which slot, as far as is known. `options` are those of a connection, without host and port."""

    def __init__(
        self, named: Sequence[Address], connection_class: type[Connection], options: Mapping[str, Any]
    ) -> None:
        self._named = tuple(named)
        self._nodes = deque(self._named)
        self._connection_class = connection_class
        self._options = options
        self._ranges: Sequence[tuple[int, int, Address]] = ()
        self._moved: dict[int, Address] = {}
        self._lock = asyncio.Lock()

    async def owner(self, slot: int) -> Address:
        """Asks only where that is not known. Raises ConnectionError."""
        async with self._lock:
            if (found := self._find(slot)) is None:
                await self._ask()
                found = self._find(slot)
        if found is None:
            raise RedisConnectionError(f"No node of the cluster has slot {slot}.")
        return found

    def moved(self, slot: int, address: Address) -> None:
        """Who had it says so; others may not have heard of it."""
        self._moved[slot] = address

    def forget(self) -> None:
        """Somebody does not answer, or not well."""
        self._ranges = ()
        self._moved.clear()

    async def exchange(self, address: Address, *commands: Sequence[Any]) -> Any:
        """The answer to the last one, on a connection for that alone."""
        connection = self._connection_class(host=address[0], port=address[1], **self._options)
        try:
            await connection.connect()  # type: ignore[no-untyped-call]
            for command in commands:
                await connection.send_command(*command)
            return [await connection.read_response() for _ in commands][-1]
        finally:
            await connection.disconnect(nowait=True)

    def _find(self, slot: int) -> Address | None:
        if slot in self._moved:
            return self._moved[slot]
        return next((address for first, last, address in self._ranges if first <= slot <= last), None)

    async def _ask(self) -> None:
        """The next time it begins with another node: this one may hang, or be behind the others."""
        problems = []
        for _ in range(len(self._nodes)):
            node = self._nodes[0]
            self._nodes.rotate(-1)
            try:
                self._learn(await self.exchange(node, ("CLUSTER", "SLOTS")), node)
            except (RedisError, OSError) as error:
                problems.append(f"{node[0]}:{node[1]}: {error}")
            else:
                return
        raise RedisConnectionError(f"No node tells who has which slot. {' '.join(problems)}")

    def _learn(self, answer: Sequence[Sequence[Any]], told_by: Address) -> None:
        found = [(first, last, [_address(node, told_by) for node in nodes]) for first, last, *nodes in answer]
        self._ranges = [(first, last, nodes[0]) for first, last, nodes in found]
        self._moved.clear()
        known = dict.fromkeys((*self._nodes, *(node for _, _, nodes in found for node in nodes)))
        current = {*self._named, *(node for _, _, nodes in found for node in nodes)}
        self._nodes = deque(node for node in known if node in current)


def _address(node: Sequence[Any], told_by: Address) -> Address:
    host, port = node[0], int(node[1])
    return (told_by[0] if host in _UNKNOWN else str(host, "ascii")), port


class SlotOwner:
    """Of one slot."""

    def __init__(self, nodes: ClusterNodes, slot: int) -> None:
        self.nodes = nodes
        self.slot = slot

    async def address(self) -> Address:
        """Raises ConnectionError."""
        return await self.nodes.owner(self.slot)


class SlotConnection(Connection):
    """`owner` is asked each time that it connects."""

    def __init__(self, *, owner: SlotOwner, **options: Any) -> None:
        self._owner = owner
        super().__init__(**options)

    async def _connect(self) -> None:
        self.host, self.port = await self._owner.address()
        try:
            await super()._connect()  # type: ignore[no-untyped-call]
        except BaseException:
            self._owner.nodes.forget()
            raise

    async def read_response(self, *arguments: Any, **options: Any) -> Any:
        """After a MovedError it leads to whoever has the slot now."""
        nodes = self._owner.nodes
        try:
            return await super().read_response(*arguments, **options)
        except MovedError as error:
            nodes.moved(self._owner.slot, (error.host or self.host, error.port))
            await self.disconnect(nowait=True)
            raise
        except ClusterDownError as error:
            nodes.forget()
            await self.disconnect(nowait=True)
            raise RedisConnectionError(f"The node cannot see the cluster: {error}") from error
        except ResponseError:
            raise
        except BaseException:  # it broke, or nobody waits any longer
            nodes.forget()
            raise


class SlotSSLConnection(SlotConnection, SSLConnection):
    """The same with TLS."""


class ClusterRedis(Redis):
    """A client of one slot. Follows it while it moves, too, as far as one key is concerned."""

    owner: SlotOwner

    @classmethod
    def of(cls, owner: SlotOwner, options: Mapping[str, Any], *, tls: bool) -> "ClusterRedis":
        """`options` are those of a pool."""
        kind = SlotSSLConnection if tls else SlotConnection
        client: Any = cls.from_pool(ConnectionPool(connection_class=kind, owner=owner, **options))
        client.owner = owner
        found: ClusterRedis = client
        return found

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """As with any server."""
        for remaining in reversed(range(_MOVES)):
            try:
                return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
            except MovedError:
                if not remaining:
                    raise
            except AskError as error:
                host = error.host or (await self.owner.address())[0]
                return await self.owner.nodes.exchange((host, error.port), ("ASKING",), args)
        raise AssertionError
