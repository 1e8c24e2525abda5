"""Calls a transport that answers at once, bare and through its guard, in turns, and prints the difference in processor time."""

import argparse
import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple, TypeAlias

import uvloop

from router.upstream.call import Call, Ended
from router.upstream.client_headers import ClientHeaders
from router.upstream.guarded import GuardedTransport, GuardOptions
from router.upstream.subgraph import SubgraphRequest, SubgraphResponse

Future: TypeAlias = "asyncio.Future[SubgraphResponse]"
Start: TypeAlias = Callable[[SubgraphRequest], Future]

_AT_ONCE: Final = 70
"""Calls under way, as with ten clients whose plans have seven fetches."""
_ANSWER: Final = SubgraphResponse(b'{"data":{}}', 200, {"content-type": "application/json"})


class Case(NamedTuple):
    """What the calls have in common."""

    name: str
    fetches: int
    """Of a client request, with which they share the headers."""
    equal: bool = False
    """The fetches of a request are the same query."""


_CASES: Final = (
    Case("one fetch for each client request", 1),
    Case("seven fetches for each client request", 7),
    Case("seven equal queries, which share a call", 7, equal=True),
)


class _UnderWay:
    def done(self) -> bool:
        """Nobody looks while it is measured."""
        return False

    def cancel(self) -> None:
        """Nobody leaves while it is measured."""


_UNDER_WAY: Final = _UnderWay()


class _Immediate:
    """A transport without a network: calls end when the benchmark says so."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._running: list[Ended] = []

    def start(self, _request: SubgraphRequest) -> Future:
        """Costs what any call costs that can be awaited: a future."""
        future: Future = self._loop.create_future()
        self._running.append(future.set_result)
        return future

    def call(self, _request: SubgraphRequest, ended: Ended) -> Call:
        """What the guard calls."""
        self._running.append(ended)
        return _UNDER_WAY

    def answer(self) -> None:
        """All of them."""
        running, self._running = self._running, []
        for ended in running:
            ended(_ANSWER)


def main() -> None:
    """Prints a line for each case."""
    options = _options()
    print("µs of processor time a call: bare | guarded | difference.\n")
    for case in _CASES:
        bare, guarded = uvloop.run(_measure(case, options.rounds, options.calls))
        print(f"  {case.name:42} {bare:6.2f} | {guarded:6.2f} | {guarded - bare:6.2f}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.guard", description=__doc__)
    parser.add_argument(
        "--rounds",
        type=int,
        default=15,
        help="how often each side has its turn (15), of which the best counts",
    )
    parser.add_argument("--calls", type=int, default=7_000, help="of a side in a round (7,000)")
    return parser.parse_args()


async def _measure(case: Case, rounds: int, calls: int) -> tuple[float, float]:
    """The best of all rounds."""
    loop = asyncio.get_running_loop()
    transport = _Immediate(loop)
    guard = GuardedTransport("measured", transport, GuardOptions(), ClientHeaders("x-request-timeout-ms"))
    bare, guarded = [], []
    for _ in range(rounds):
        bare.append(await _microseconds(transport.start, transport, case, calls))
        guarded.append(await _microseconds(guard.start, transport, case, calls))
    return min(bare), min(guarded)


async def _microseconds(start: Start, transport: _Immediate, case: Case, calls: int) -> float:
    requests = list(_requests(case, calls, asyncio.get_running_loop().time() + 60))
    left = 0
    done = asyncio.Event()

    def count(_future: Future) -> None:
        nonlocal left
        left -= 1
        if not left:
            done.set()

    begin = time.process_time()
    for first in range(0, calls, _AT_ONCE):
        for request in requests[first : first + _AT_ONCE]:
            left += 1
            start(request).add_done_callback(count)
        transport.answer()
        await done.wait()
        done.clear()
    return (time.process_time() - begin) / calls * 1e6


def _requests(case: Case, calls: int, deadline: float) -> Iterator[SubgraphRequest]:
    """Bodies of 300 bytes, and the headers that a client with a token has."""
    text = "q" * 270
    for number in range(calls):
        request, fetch = divmod(number, case.fetches)
        if fetch == 0:
            headers = {
                "authorization": f"Bearer {'t' * 200}",
                "accept-language": "en",
                "x-request-id": f"{request}",
            }
        body = f'{{"query":"{text}","id":{request},"fetch":{0 if case.equal else fetch}}}'
        yield SubgraphRequest(body.encode(), headers, deadline=deadline)


if __name__ == "__main__":
    main()
