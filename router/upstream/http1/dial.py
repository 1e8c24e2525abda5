"""Makes connections: names are resolved for each, and all addresses of a name get their share."""

import asyncio
import ipaddress
import ssl
from collections.abc import Awaitable, Callable, Sequence
from itertools import count
from socket import SOCK_STREAM
from typing import Final, Protocol, TypeAlias, TypeVar

from router.upstream.http1.target import Target

P = TypeVar("P", bound=asyncio.Protocol)

Resolve: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]

_ATTEMPTS: Final = 4
"""Addresses of a name that are tried for one connection."""


class Dial(Protocol):
    """Connects a new protocol to a subgraph."""

    async def __call__(self, make: Callable[[], P]) -> P:
        """Raises OSError, of which TimeoutError is one."""


class Dialer:
    """Connects to a target within `timeout` seconds, over all addresses that are tried."""

    def __init__(self, target: Target, timeout: float, tls: ssl.SSLContext | None, resolve: Resolve) -> None:
        self._target = target
        self._timeout = timeout
        self._tls = tls
        self._resolve = resolve
        self._turns = count()

    async def __call__(self, make: Callable[[], P]) -> P:
        """Raises OSError, of which TimeoutError is one."""
        async with asyncio.timeout(self._timeout) as limit:
            addresses = await self._addresses()
            for left in range(len(addresses), 1, -1):
                try:
                    async with asyncio.timeout(_share(limit, left)):
                        return await self._connect(make, addresses[-left])
                except OSError:
                    continue
            return await self._connect(make, addresses[-1])

    async def _addresses(self) -> Sequence[str]:
        """In another order each time. Empty text stands for the socket of the target."""
        if self._target.socket is not None:
            return ("",)
        addresses = await self._resolve(self._target.host, self._target.port)
        if not addresses:
            raise OSError(f"{self._target.host} has no address")
        first = next(self._turns) % len(addresses)
        return (*addresses[first:], *addresses[:first])[:_ATTEMPTS]

    async def _connect(self, make: Callable[[], P], address: str) -> P:
        loop = asyncio.get_running_loop()
        target = self._target
        if target.socket is not None:
            _, protocol = await loop.create_unix_connection(make, target.socket)
        elif self._tls is not None:
            _, protocol = await loop.create_connection(
                make, address, target.port, ssl=self._tls, server_hostname=target.host
            )
        else:
            _, protocol = await loop.create_connection(make, address, target.port)
        return protocol


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, as the system knows them now. Raises OSError."""
    try:
        return (str(ipaddress.ip_address(host)),)
    except ValueError:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=SOCK_STREAM)
        return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


def _share(limit: asyncio.Timeout, left: int) -> float:
    """Seconds for one of the addresses that are left."""
    until = limit.when() or 0.0
    return max(0.0, until - asyncio.get_running_loop().time()) / left
