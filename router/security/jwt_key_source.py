"""Where keys come from: a secret, or a key set that is read again now and then, and goes on to count where it cannot be."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from router.incident import incident
from router.security.jwt_keys import Key, read_keys
from router.security.settings import JwksSettings

_log: Final = logging.getLogger(__name__)
_OK: Final = 200
_NEVER: Final = float("-inf")

Fetch = Callable[[], Awaitable[bytes]]


class KeysUnavailableError(Exception):
    """No key has been read yet, so nobody knows whether a token counts."""


class UnreadableError(Exception):
    """Says why a key set cannot be read."""


class KeySource(Protocol):
    """Of one issuer."""

    @property
    def version(self) -> int:
        """Another one after every change of the keys."""

    async def find(self, key_id: object, algorithm: str) -> Sequence[Key]:
        """Those that a token with this head may have been signed with. Raises KeysUnavailableError."""

    def start(self) -> None:
        """Begins to read them."""

    async def close(self) -> None:
        """Reads no more."""


@dataclass(frozen=True, slots=True)
class FixedKeys:
    """Keys that do not change."""

    keys: tuple[Key, ...]
    version: int = 0

    async def find(self, key_id: object, algorithm: str) -> Sequence[Key]:
        """A shared secret has no id, whatever a token says."""
        return [each for each in self.keys if each.fits(None if each.id is None else key_id, algorithm)]

    def start(self) -> None:
        """They are there."""

    async def close(self) -> None:
        """They stay."""


class KeySet:
    """A JSON Web Key Set. `known` has the last text of each location, for those who begin after others."""

    def __init__(
        self,
        settings: JwksSettings,
        known: MutableMapping[str, bytes],
        fetch: Fetch | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`fetch` raises UnreadableError."""
        self.version = 0
        self._settings = settings
        self._known = known
        self._fetch = fetch or fetcher(settings)
        self._clock = clock
        self._read = self._tried = _NEVER
        self._failed = False
        self._running: asyncio.Task[None] | None = None
        self._keys = read_keys(known[settings.location]) if settings.location in known else ()

    def start(self) -> None:
        """Reads it if that is due. Needs an event loop."""
        now = self._clock()
        due = now - self._read >= self._settings.poll_seconds
        if self._running is None and due and now - self._tried >= self._settings.pause_seconds:
            self._begin(now)

    async def find(self, key_id: object, algorithm: str) -> Sequence[Key]:
        """Waits only where there is no key yet, or none that fits. Raises KeysUnavailableError."""
        self.start()
        found = self._fitting(key_id, algorithm)
        if not found:
            await self._read_again()
            found = self._fitting(key_id, algorithm)
        if not self._keys:
            raise KeysUnavailableError
        return found

    async def close(self) -> None:
        """Gives up what is under way."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    def _fitting(self, key_id: object, algorithm: str) -> list[Key]:
        return [each for each in self._keys if each.fits(key_id, algorithm)]

    async def _read_again(self) -> None:
        """What is under way may have begun before the key was there; but it was not long ago."""
        now = self._clock()
        if self._running is None and now - self._tried >= self._settings.pause_seconds:
            self._begin(now)
        if self._running is not None:
            await asyncio.wait([self._running])

    def _begin(self, now: float) -> None:
        self._tried = now
        self._running = asyncio.get_running_loop().create_task(self._refresh())
        self._running.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._running = None
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            incident(error)

    async def _refresh(self) -> None:
        location = self._settings.location
        try:
            async with asyncio.timeout(self._settings.timeout_seconds):
                text = await self._fetch()
            keys = read_keys(text)
        except (UnreadableError, ValueError, TimeoutError) as error:
            if not self._failed:
                _log.warning("The keys at %s cannot be read: %s", location, error or "no answer in time")
            self._failed = True
            return
        if self._failed:
            _log.info("The keys at %s can be read again.", location)
        self._failed, self._read = False, self._clock()
        if text != self._known.get(location) or not self._keys:
            self._keys, self._known[location] = keys, text
            self.version += 1


def fetcher(settings: JwksSettings) -> Fetch:
    """Reads no more than the settings allow."""
    if settings.file is not None:
        return partial(asyncio.to_thread, _read_file, settings.file, settings.max_bytes)
    return partial(_get, settings.location, settings.max_bytes)


def _read_file(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            text = file.read(most + 1)
    except OSError as error:
        raise UnreadableError(error.strerror or "it cannot be opened") from None
    return _bounded(text, most)


async def _get(url: str, most: int) -> bytes:
    import aiohttp  # only here, because importing it takes 11 MB

    text = b""
    try:
        async with aiohttp.ClientSession() as session, session.get(url, allow_redirects=False) as response:
            if response.status != _OK:
                raise UnreadableError(f"HTTP status {response.status}")
            async for part in response.content.iter_any():
                text = _bounded(text + part, most)
    except aiohttp.ClientError as error:
        raise UnreadableError(str(error) or type(error).__name__) from None
    return text


def _bounded(text: bytes, most: int) -> bytes:
    if len(text) > most:
        raise UnreadableError(f"it has more than {most} bytes")
    return text
