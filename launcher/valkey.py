"""A Redis-compatible server of our own (Valkey, or Redis from the system), on loopback, for as long as we run."""

import secrets
import signal
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from launcher import binaries, child
from launcher.identity import Identity, home_folder, own_file, own_folder, server_identity
from launcher.ports import start_on_port

_START_SECONDS = 20


@dataclass(slots=True)
class ValkeyServer:
    """A context manager. `durable` writes the data to `folder` now and then, and when the server stops."""

    folder: Path
    port: int | None = None
    durable: bool = True
    _process: subprocess.Popen[bytes] | None = field(init=False, default=None)
    _listens_on: int = field(init=False, default=0)
    _password: str = field(init=False, repr=False, default="")

    def start(self) -> None:
        """Returns when the server answers; if it does not, it is gone. Call from the main thread."""
        data = self.folder / "data"
        identity = server_identity(data)
        home = home_folder(self.folder, identity)
        if not data.exists():
            own_folder(home / "data", identity)
        program = binaries.valkey_program(identity)
        self._password = self._password or secrets.token_hex(16)
        start_on_port(self.port, lambda port: self._start(program, home, port, identity))

    def stop(self) -> None:
        """Saves what is to be saved, and ends the server."""
        if self._process is not None:
            child.stop(self._process, signal.SIGTERM)
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The server's first database."""
        return f"redis://:{self._password}@127.0.0.1:{self._listens_on}/0"

    def _start(self, program: Path, home: Path, port: int, identity: Identity) -> None:
        self._listens_on = port
        configuration = home / "server.conf"
        own_file(configuration, self._configuration(home / "data"), identity)
        log = home / "server.log"
        self._process = child.start([program, configuration], identity, log=log, on_orphaned=signal.SIGTERM)
        try:
            self._wait(self._process, log)
        except BaseException:
            self.stop()
            raise

    def _configuration(self, data: Path) -> str:
        lines = (
            "bind 127.0.0.1",
            f"port {self._listens_on}",
            f"requirepass {self._password}",
            f'dir "{data}"',
            "daemonize no",
            "hash-max-listpack-value 1024",  # entities of the field cache take a quarter less
            'save "60 1"' if self.durable else 'save ""',
        )
        return "\n".join(lines) + "\n"

    def _wait(self, process: subprocess.Popen[bytes], log: Path) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            if self._answers():
                return
            time.sleep(0.01)
        raise child.failure("REDIS_FAILED", "The Redis-compatible server", self._listens_on, log)

    def _answers(self) -> bool:
        """A server that is still loading its data answers with an error."""
        with (
            suppress(OSError),
            socket.create_connection(("127.0.0.1", self._listens_on), timeout=1) as connection,
        ):
            connection.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2 and (part := connection.recv(1024)):
                answer += part
            return answer == b"+OK\r\n+PONG\r\n"
        return False
