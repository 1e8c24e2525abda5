"""What a supervisor and its workers say to each other, over a socket that only they have."""

import asyncio
import pickle
import select
import socket
import struct
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from router.serving.operations import Operations
from router.serving.release import Release

_LENGTH: Final = struct.Struct("!Q")


@dataclass(frozen=True, slots=True)
class Serve:
    """To a worker: replace what you serve by this. Answered by Served."""

    release: Release


@dataclass(frozen=True, slots=True)
class Note:
    """To a worker: a reload has failed, for /health. None: all is well."""

    error: str | None


@dataclass(frozen=True, slots=True)
class Leave:
    """To a worker: others take the connections from now on; finish yours and end."""


@dataclass(frozen=True, slots=True)
class TellPopular:
    """To a worker: answer with Popular."""


@dataclass(frozen=True, slots=True)
class Ready:
    """To the supervisor: requests are answered."""


@dataclass(frozen=True, slots=True)
class Failed:
    """To the supervisor: this worker cannot start."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Served:
    """To the supervisor: how a Serve ended; `code` and `message` are None where it went well."""

    code: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Popular:
    """To the supervisor: what a new worker should know before its first request."""

    operations: Operations


@dataclass(frozen=True, slots=True)
class Heavy:
    """To the supervisor: this worker needs more memory than it should; another one in its place would be better."""


@dataclass(frozen=True, slots=True)
class Alive:
    """To the supervisor, every few seconds."""


ToWorker: TypeAlias = Serve | Note | Leave | TellPopular
ToSupervisor: TypeAlias = Ready | Failed | Served | Popular | Heavy | Alive


class Line:
    """The supervisor's end."""

    def __init__(self, end: socket.socket, seconds: float) -> None:
        """`seconds` is how long a worker may take to read; one that takes longer hangs."""
        end.settimeout(seconds)
        self._end = end

    def fileno(self) -> int:
        """To wait for messages."""
        return self._end.fileno()

    def has_more(self) -> bool:
        """Whether something can be read: a message, or that there are no more."""
        poll = select.poll()
        poll.register(self._end, select.POLLIN)
        return bool(poll.poll(0))

    def send(self, message: ToWorker) -> None:
        """Raises OSError where nobody reads."""
        self._end.sendall(_packed(message))

    def receive(self) -> ToSupervisor | None:
        """The next message, or None at the end of them. Raises OSError."""
        head = self._exactly(_LENGTH.size)
        body = self._exactly(_LENGTH.unpack(head)[0]) if head else b""
        return _unpacked(body) if body else None

    def close(self) -> None:
        """The worker notices, if it still runs."""
        self._end.close()

    def _exactly(self, length: int) -> bytes:
        """Nothing where the other side ended before."""
        found = bytearray()
        while len(found) < length:
            part = self._end.recv(length - len(found))
            if not part:
                return b""
            found += part
        return bytes(found)


async def receive(reader: asyncio.StreamReader) -> ToWorker | None:
    """The next message, or None where the supervisor is gone."""
    try:
        head = await reader.readexactly(_LENGTH.size)
        message: ToWorker = _unpacked(await reader.readexactly(_LENGTH.unpack(head)[0]))
    except (asyncio.IncompleteReadError, OSError):
        return None
    return message


def say(end: socket.socket, message: ToSupervisor) -> None:
    """Where there is no event loop. Raises OSError."""
    end.sendall(_packed(message))


def tell(writer: asyncio.StreamWriter, message: ToSupervisor) -> None:
    """Does not wait: messages of workers are small."""
    writer.write(_packed(message))


def _packed(message: ToWorker | ToSupervisor) -> bytes:
    body = pickle.dumps(message)
    return _LENGTH.pack(len(body)) + body


def _unpacked(body: bytes) -> Any:
    return pickle.loads(body)  # noqa: S301  from the same program, over a socket pair that nobody else has
