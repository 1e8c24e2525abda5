"""Serves the yardstick of a graph with uvicorn, on one port of this machine."""

import argparse
import gc
from collections.abc import Callable, Mapping

import uvicorn

from benchmarks.gateway.yardstick import own, public
from benchmarks.gateway.yardstick.client import Call
from benchmarks.gateway.yardstick.serving import Application, Program

_PROGRAMS: Mapping[str, tuple[Callable[[Mapping[str, Call]], Program], tuple[str, ...]]] = {
    "own": (own.OwnProgram, own.SUBGRAPHS),
    "shared": (public.PublicProgram, public.SUBGRAPHS),
}


def main() -> None:
    """Until a signal ends it."""
    options = _options()
    make, names = _PROGRAMS[options.graph]
    urls = {name: f"{options.subgraphs}/{name}" for name in names}
    app = Application(make, urls, single_flight=options.single_flight)
    # What a request makes has no cycles, so that counting references frees all of it.
    gc.collect()
    gc.disable()
    uvicorn.run(
        app, port=options.port, loop="uvloop", http="httptools", lifespan="off", ws="none",
        access_log=False, log_level="warning", server_header=False,
    )  # fmt: skip


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gateway.yardstick", description=__doc__)
    parser.add_argument("--graph", choices=sorted(_PROGRAMS), required=True)
    parser.add_argument("--subgraphs", required=True, help="their URL, to which a slash and a name are added")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument(
        "--single-flight", action="store_true", help="equal calls to subgraphs that are under way are one"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
