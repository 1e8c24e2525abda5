"""One process without a supervisor: it looks for releases itself."""

import asyncio
import logging
import signal
from typing import Final

from router.errors import RouterError
from router.incident import incident
from router.serving.generations import Generations
from router.serving.release import Release
from router.serving.releases import LOOK_SECONDS, Releases
from router.transport.health import Reloads

_log: Final = logging.getLogger(__name__)


class Alone:
    """SIGHUP asks for a look, and so does SIGUSR2, since there are no workers to be replaced."""

    def __init__(self, releases: Releases, reloads: Reloads) -> None:
        self._releases = releases
        self._reloads = reloads

    def listen_to_signals(self) -> None:
        """From the start on, since both would end a process that does not expect them."""
        for number in (signal.SIGHUP, signal.SIGUSR2):
            signal.signal(number, lambda *_: self._releases.ask())

    async def keep_up(self, generations: Generations) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self.look(generations)

    async def look(self, generations: Generations) -> None:
        """Replaces what is served where there is something new, or says why that cannot be."""
        try:
            found = await asyncio.to_thread(self._releases.look)
            if found is not None:
                await self._replace(generations, found)
        except RouterError as error:
            say_refused(error)
        except Exception as error:
            incident(error)
        self._reloads.note(self._releases.error)

    async def _replace(self, generations: Generations, found: Release) -> None:
        """Raises RouterError where that is sure to fail."""
        try:
            await generations.replace(found)
        except Exception as error:
            refused = error if isinstance(error, RouterError) else incident(error)
            if self._releases.refuse(found, refused):
                raise refused from None
            return
        for name in found.needing_a_restart(self._releases.current):
            _log.warning("%s has changed, which applies after a restart", name)
        self._releases.accept(found)


def say_refused(error: RouterError) -> None:
    """For the log, which may name files."""
    _log.error("The new release is refused, and the old one goes on. %s: %s", error.code, error.message)
