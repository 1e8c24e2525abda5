"""A worker's side of the line to its supervisor: does as it is told, and ends where nobody tells it anything any more."""

import asyncio
import logging
import socket
from typing import Final, NoReturn

from router.errors import RouterError
from router.incident import incident
from router.serving.channel import (
    Alive,
    Heavy,
    Leave,
    Note,
    Popular,
    Ready,
    Serve,
    Served,
    TellPopular,
    ToWorker,
    receive,
    tell,
)
from router.serving.generations import Generations
from router.serving.operations import at_most
from router.serving.release import Release
from router.serving.worker import Worker
from router.transport.health import Reloads

_log: Final = logging.getLogger(__name__)

_ALIVE_SECONDS: Final = 5.0


class Follower:
    """`end` is the worker's end of the line."""

    def __init__(self, end: socket.socket, generations: Generations, reloads: Reloads) -> None:
        self._end = end
        self._generations = generations
        self._reloads = reloads

    async def follow(self, worker: Worker) -> None:
        """Until the worker has answered its last request, or the supervisor is gone."""
        reader, writer = await asyncio.open_unix_connection(sock=self._end)
        self._generations.relieve = lambda: tell(writer, Heavy())
        tell(writer, Ready())
        alive = asyncio.create_task(_say_alive(writer))
        try:
            while (message := await receive(reader)) is not None:
                await self._obey(message, worker, writer)
            _log.warning("The supervisor is gone")
            worker.end()
        finally:
            alive.cancel()
            writer.close()

    async def _obey(self, message: ToWorker, worker: Worker, writer: asyncio.StreamWriter) -> None:
        match message:
            case Serve(release):
                tell(writer, await self._replace(release))
            case Note(error):
                self._reloads.note(error)
            case TellPopular():
                tell(writer, Popular(at_most(self._generations.popular())))
            case Leave():
                worker.leave()

    async def _replace(self, release: Release) -> Served:
        try:
            await self._generations.replace(release)
        except Exception as error:
            refused = error if isinstance(error, RouterError) else incident(error)
            return Served(refused.code, refused.message)
        return Served()


async def _say_alive(writer: asyncio.StreamWriter) -> NoReturn:
    while True:
        await asyncio.sleep(_ALIVE_SECONDS)
        tell(writer, Alive())
