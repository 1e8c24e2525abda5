"""Puts a process that serves together: one that has its port alone, or a worker among others."""

import multiprocessing
import socket
from collections.abc import Callable
from contextlib import suppress

from router.app import create_app
from router.errors import RouterError
from router.federation.supergraph import Supergraph
from router.serving.alone import Alone
from router.serving.channel import Failed, say
from router.serving.follower import Follower
from router.serving.garbage import Garbage, paused
from router.serving.generation import Generation
from router.serving.generations import Generations
from router.serving.lasting import Lasting
from router.serving.machine import Seat
from router.serving.release import Release
from router.serving.releases import Releases
from router.serving.worker import Place, Worker


def serve_alone(
    releases: Releases, listen: Callable[[Release], socket.socket], on_ready: Callable[[socket.socket], None]
) -> None:
    """Returns when it has stopped. Listens once it can answer. Raises RouterError."""
    lasting = Lasting()
    alone = Alone(releases, lasting.reloads)
    alone.listen_to_signals()
    with paused():
        supergraph = releases.current.load()
        first = _generation(releases.current, supergraph, lasting)
    garbage = Garbage()
    generations = _generations(first, lasting, garbage)

    with listen(releases.current) as listener:

        async def beside(_worker: Worker) -> None:
            with suppress(OSError):  # nobody reads it
                on_ready(listener)
            await alone.keep_up(generations)

        worker = Worker(generations, lasting.readiness, garbage, beside)
        with suppress(KeyboardInterrupt):  # which uvicorn raises again when it has stopped
            worker.run(sockets=[listener])


def work(seat: Seat) -> int:
    """A worker's life, in a process of its own. Its exit status."""
    multiprocessing.current_process().name = f"worker {seat.number}"
    lasting = Lasting()
    garbage = Garbage()
    try:
        first = _generation(seat.loaded.release, seat.loaded.supergraph, lasting)
        generations = _generations(first, lasting, garbage)
        follower = Follower(seat.end, generations, lasting.reloads)
        place = Place(seat.acceptor, seat.operations)
        Worker(generations, lasting.readiness, garbage, follower.follow, place).run(sockets=[])
    except RouterError as error:
        say(seat.end, Failed(error.code, error.message))
        return 1
    return 0


def _generations(first: Generation, lasting: Lasting, garbage: Garbage) -> Generations:
    return Generations(first, lambda release: _generation(release, release.load(), lasting), garbage)


def _generation(release: Release, supergraph: Supergraph, lasting: Lasting) -> Generation:
    return Generation(release, create_app(release.settings, supergraph, lasting=lasting))
