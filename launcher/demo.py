"""Signs GraphiQL in as the demo user, on the machine where `softfactory up` runs."""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from router.explorer.page import HeadersSource
from subgraphs.kit.errors import DomainError
from subgraphs.kit.subgraph import Subgraph

_TOKEN_SECONDS = 20 * 60


def is_for_this_machine(listener: socket.socket) -> bool:
    """Nobody else can connect."""
    return ipaddress.ip_address(listener.getsockname()[0]).is_loopback


@asynccontextmanager
async def demo_headers(
    subgraphs: Sequence[Subgraph], listener: socket.socket
) -> AsyncIterator[HeadersSource]:
    """What GraphiQL sends: a token of the first demo login, always a fresh one.

    Whoever opens the page can read it, so there is none unless the page can be opened from this machine only.
    """
    headers: dict[str, str] = {}
    accounts = next((each for each in subgraphs if each.service.demo_logins and each.service.token_for), None)
    if accounts is None or not is_for_this_machine(listener):
        yield lambda: headers
        return
    email = accounts.service.demo_logins[0].email

    async def keep_fresh() -> None:
        while True:
            with suppress(DomainError):  # the demo user may have been removed
                headers["Authorization"] = f"Bearer {await accounts.token_for(email)}"
            await asyncio.sleep(_TOKEN_SECONDS)

    refreshing = asyncio.create_task(keep_fresh())
    try:
        yield lambda: headers
    finally:
        refreshing.cancel()
