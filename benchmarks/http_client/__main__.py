"""Calls one server with several HTTP clients, in turns, and prints the processor time that a call takes."""

import argparse
import asyncio
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack

import uvloop

from benchmarks.http_client.clients import Call, bare, over_aiohttp, over_httpx, own

_CLIENTS: dict[str, Callable[[str], AbstractAsyncContextManager[Call]]] = {
    "ours": own,
    "aiohttp": over_aiohttp,
    "httpx": over_httpx,
    "bare protocol": bare,
}
_WIDTHS = {"one after another": 1, "seven at once": 7}


def main() -> None:
    """Prints a table: a line for each client, a column for each number of calls at once."""
    options = _options()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(100)
        port, number = listening.getsockname()[1], listening.fileno()
        command = [sys.executable, "-m", "benchmarks.http_client.server", str(number)]
        server = subprocess.Popen(command, pass_fds=[number])
    try:
        run = asyncio.run if options.loop == "asyncio" else uvloop.run
        figures = run(_measure(f"http://127.0.0.1:{port}/graphql", options.rounds, options.calls))
    finally:
        server.kill()
        server.wait()
    _print(figures, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.http_client", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="how often each client has its turn (9)")
    parser.add_argument("--calls", type=int, default=2_000, help="of a client in a round (2,000)")
    parser.add_argument("--loop", choices=("uvloop", "asyncio"), default="uvloop", help="the event loop")
    return parser.parse_args()


async def _measure(url: str, rounds: int, calls: int) -> dict[tuple[str, str], list[float]]:
    """Microseconds by client and number of calls at once, one for each round."""
    figures: dict[tuple[str, str], list[float]] = {}
    async with AsyncExitStack() as stack:
        clients = {name: await stack.enter_async_context(make(url)) for name, make in _CLIENTS.items()}
        for at_once in (*_WIDTHS.values(), *_WIDTHS.values()):
            for name, call in clients.items():
                await _microseconds(call, 200, 1 if name == "bare protocol" else at_once)
        for _ in range(rounds):
            for title, at_once in _WIDTHS.items():
                for name, call in clients.items():
                    if name != "bare protocol" or at_once == 1:
                        found = await _microseconds(call, calls, at_once)
                        figures.setdefault((name, title), []).append(found)
    return figures


async def _microseconds(call: Call, calls: int, at_once: int) -> float:
    """Of this process alone; the server's are its own."""
    begin = time.process_time()
    for _ in range(calls // at_once):
        if at_once == 1:
            await call()
        else:
            await asyncio.gather(*(call() for _ in range(at_once)))
    return (time.process_time() - begin) / (calls // at_once * at_once) * 1e6


def _print(figures: dict[tuple[str, str], list[float]], options: argparse.Namespace) -> None:
    print(f"Processor time of a call in µs, {options.loop}, medians of {options.rounds} paired rounds;")
    print("and how many times ours, by the median of the rounds' ratios.\n")
    print(f"| {'':15} | {' | '.join(f'{title:>19}' for title in _WIDTHS)} |")
    print(f"|{'-' * 17}|{'|'.join('-' * 20 + ':' for _ in _WIDTHS)}|")
    for name in _CLIENTS:
        print(f"| {name:15} | {' | '.join(_cell(figures, name, title) for title in _WIDTHS)} |")


def _cell(figures: dict[tuple[str, str], list[float]], name: str, title: str) -> str:
    found = figures.get((name, title))
    if found is None:
        return f"{'':19}"
    ratio = statistics.median(each / own for each, own in zip(found, figures["ours", title], strict=True))
    return f"{statistics.median(found):10.1f} ({ratio:5.2f}x)"


if __name__ == "__main__":
    main()
