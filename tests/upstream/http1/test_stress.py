"""Thousands of requests to a server that fails at random: all end, none gets the answer of another, nothing stays."""

import asyncio
import gzip
import random
from collections import Counter

import pytest

from router.upstream.http1.pool import PoolStatistics
from router.upstream.subgraph import SubgraphError, SubgraphRequest, SubgraphResponse
from tests.upstream.http1.client import CONNECTION, EMPTY, INVALID, TIMEOUT, talking, until
from tests.upstream.http1.raw_server import OK, Peer, answer

REQUESTS = 2_000
CONNECTIONS = 10


class Faults:
    """Answers with the request's own body, as long as nothing goes wrong."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.healthy = False
        self.silences = 5
        self.forms = (self.whole, self.chunked, self.packed, self.last, self.until_close)
        self.faults = (self.nothing, self.reset, self.half, self.garbage, self.never, self.junk)

    async def __call__(self, peer: Peer) -> None:
        stays = True
        while stays:
            body = (await peer.request()).body
            faulty = not self.healthy and self.random.random() < 0.1
            stays = await self.random.choice(self.faults if faulty else self.forms)(peer, body)

    async def whole(self, peer: Peer, body: bytes) -> bool:
        await peer.send(answer(body))
        return True

    async def chunked(self, peer: Peer, body: bytes) -> bool:
        await peer.send(OK + b"transfer-encoding: chunked\r\n\r\n")
        await asyncio.sleep(0)
        await peer.send(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))
        return True

    async def packed(self, peer: Peer, body: bytes) -> bool:
        await peer.send(answer(gzip.compress(body), "content-encoding: gzip"))
        return True

    async def last(self, peer: Peer, body: bytes) -> bool:
        await peer.send(answer(body, "connection: close"))
        return False

    async def until_close(self, peer: Peer, body: bytes) -> bool:
        await peer.send(OK + b"\r\n" + body)
        return False

    async def nothing(self, _peer: Peer, _body: bytes) -> bool:
        return False

    async def reset(self, peer: Peer, _body: bytes) -> bool:
        peer.reset()
        return False

    async def half(self, peer: Peer, body: bytes) -> bool:
        data = answer(body)
        await peer.send(data[: self.random.randrange(len(data))])
        return False

    async def garbage(self, peer: Peer, _body: bytes) -> bool:
        await peer.send(self.random.randbytes(50))
        return False

    async def never(self, peer: Peer, _body: bytes) -> bool:
        """Only a few times, because each takes the whole time for an answer."""
        self.silences -= 1
        if self.silences >= 0:
            await peer.end()
        return False

    async def junk(self, peer: Peer, body: bytes) -> bool:
        await peer.send(answer(body) + answer(b"of nobody"))
        return True


async def outcome(future: asyncio.Future[SubgraphResponse], body: bytes) -> str:
    try:
        response = await future
    except asyncio.CancelledError:
        return "cancelled"
    except SubgraphError as error:
        return error.code
    assert response.body == body
    return "answered"


@pytest.mark.parametrize("seed", [1, 2])
async def test_everything_ends_and_nothing_stays(seed: int) -> None:
    faults = Faults(seed)
    chance = random.Random(seed)
    loop = asyncio.get_running_loop()
    async with talking(faults, max_connections=CONNECTIONS, read_timeout=2.0, keep_alive=60.0) as (
        server,
        transport,
    ):
        waiting = []
        for number in range(REQUESTS):
            body = b"request %d" % number
            future = transport.start(SubgraphRequest(body, mutation=chance.random() < 0.3))
            waiting.append(outcome(future, body))
            if chance.random() < 0.1:
                loop.call_later(chance.random() * 0.2, future.cancel)
        async with asyncio.timeout(60):
            ends = Counter(await asyncio.gather(*waiting))

        assert ends.keys() == {"answered", "cancelled", CONNECTION, INVALID, TIMEOUT}
        assert ends["answered"] > REQUESTS / 2
        statistics = transport.statistics
        assert (statistics.waiting, statistics.connecting) == (0, 0)
        assert statistics.open == statistics.idle <= CONNECTIONS

        faults.healthy = True
        bodies = [b"after %d" % number for number in range(200)]
        ends = Counter(
            await asyncio.gather(*(outcome(transport.start(SubgraphRequest(each)), each) for each in bodies))
        )
        assert ends == {"answered": 200}
        await transport.close()
        await server.settled()
        await until(transport, EMPTY)
        assert transport.statistics == PoolStatistics(0, 0, 0, 0)
