"""A PostgreSQL cluster of our own: a primary and, if asked for, streaming replicas, on loopback, for as long as we run.

The programs refuse to run as root, so root starts them as another user (launcher/identity.py).
"""

import os
import re
import secrets
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from launcher import binaries, child
from launcher.errors import LaunchError
from launcher.identity import Identity, home_folder, own_file, own_folder, server_identity
from launcher.ports import free_port, start_on_port

ROLE = "softfactory"
_START_SECONDS = 60
_STOP_SECONDS = 30
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_SETTINGS = (
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "timezone=UTC",
    "log_timezone=UTC",
    "wal_level=replica",
    "wal_retrieve_retry_interval=100ms",
)
_THROW_AWAY_SETTINGS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_wal_size=4GB",
    "dynamic_shared_memory_type=mmap",  # in the data's folder, so that nothing stays in /dev/shm after a kill
)


@dataclass(frozen=True, slots=True)
class PostgresOptions:
    """`durable=False` gives up safety for speed, for data that ends with the process. `port=None` takes a free one."""

    port: int | None = None
    durable: bool = True
    replicas: int = 0
    max_connections: int = 200


@dataclass(slots=True)
class _Server:
    """One running `postgres`, and where it listens."""

    data: Path
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def wait(self) -> None:
        """Returns when connections are accepted. The server says so in line 8 of its pid file, as pg_ctl reads it."""
        deadline = time.monotonic() + _START_SECONDS
        while self.process.poll() is None and time.monotonic() < deadline:
            with suppress(FileNotFoundError, IndexError):
                lines = (self.data / "postmaster.pid").read_text().splitlines()
                if lines[0] == str(self.process.pid) and lines[7].strip() == "ready":
                    return
            time.sleep(0.01)
        raise child.failure("POSTGRES_FAILED", "PostgreSQL", self.port, self.log)


@dataclass(slots=True)
class PostgresCluster:
    """A context manager. `folder` keeps the data; replicas are copied from the primary anew at each start."""

    folder: Path
    options: PostgresOptions = PostgresOptions()
    programs: Path = field(init=False)
    _password: str = field(init=False, repr=False)
    _servers: list[_Server] = field(init=False, default_factory=list)

    def start(self) -> None:
        """Returns when every server accepts connections; if one does not, none is left. Call from the main thread."""
        identity = server_identity(self.folder / "primary")
        home = home_folder(self.folder, identity)
        self.programs = binaries.postgres_programs(identity)
        primary = home / "primary"
        if not primary.exists():
            self._initialise(home, primary, identity)
        _check_version(primary, self.programs)
        self._password = (home / "password").read_text()
        _await_former_run(primary)
        start_on_port(self.options.port, lambda port: self._start(primary, port, identity))

    def stop(self) -> None:
        """Closes connections, flushes and ends every server; replicas first, so that none complains."""
        ask = (signal.SIGINT, signal.SIGQUIT) if self.options.durable else (signal.SIGQUIT,)
        while self._servers:
            child.stop(self._servers.pop().process, *ask, patience=_STOP_SECONDS)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def url(self, database: str) -> str:
        """The primary's, for SQLAlchemy with asyncpg."""
        return self._url(self._servers[0], database)

    def replica_urls(self, database: str) -> tuple[str, ...]:
        """The same database on each replica, read-only."""
        return tuple(self._url(server, database) for server in self._servers[1:])

    @property
    def process_ids(self) -> tuple[int, ...]:
        """The primary's and the replicas' main processes."""
        return tuple(server.process.pid for server in self._servers)

    def database_names(self) -> frozenset[str]:
        """Those that were created, without the server's own."""
        return frozenset(self.run_sql("SELECT datname FROM pg_database WHERE oid >= 16384").split())

    def create_database(self, name: str, template: str = "template0") -> str:
        """Creates a database, as a copy of `template` (which nobody may be connected to), and returns its URL."""
        # Copying files needs two checkpoints: four times as fast without fsync, five times as slow with it.
        strategy = "WAL_LOG" if self.options.durable else "FILE_COPY"
        self.run_sql(f"CREATE DATABASE {_checked(name)} TEMPLATE {_checked(template)} STRATEGY {strategy}")
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drops a database if it exists, and the connections to it."""
        self.run_sql(f"DROP DATABASE IF EXISTS {_checked(name)} WITH (FORCE)")

    def run_sql(self, sql: str, database: str = "postgres") -> str:
        """Runs one statement on the primary with psql, for administration; rows by line, columns by `|`."""
        port = str(self._servers[0].port)
        tool = self.programs / "psql"
        done = subprocess.run(  # noqa: S603
            [tool, "-XAtq", "-h", "127.0.0.1", "-p", port, "-U", ROLE, "-d", database, "-c", sql],
            env=child.environment(PGPASSWORD=self._password),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise LaunchError("POSTGRES_REFUSED", f"PostgreSQL refused `{sql}`: {done.stderr.strip()}")
        return done.stdout

    def _url(self, server: _Server, database: str) -> str:
        return f"postgresql+asyncpg://{ROLE}:{self._password}@127.0.0.1:{server.port}/{database}"

    def _initialise(self, home: Path, primary: Path, identity: Identity) -> None:
        unfinished = home / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        own_folder(unfinished, identity)
        password = home / "password"
        own_file(password, secrets.token_hex(16), identity)
        child.run(
            [
                *(self.programs / "initdb", "-D", unfinished, "-U", ROLE, f"--pwfile={password}"),
                *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"),
                # The kernel writes the empty cluster within seconds; to wait for the disk here takes seconds too.
                "--no-sync",
            ],
            identity,
        )
        unfinished.rename(primary)

    def _start(self, primary: Path, port: int, identity: Identity) -> None:
        try:
            copies = [
                self._copy(primary, primary.with_name(f"replica-{number}"), identity)
                for number in range(self.options.replicas)
            ]
            self._run(primary, port, identity)
            for copy in copies:
                self._follow(copy, port, identity)
                self._run(copy, free_port(), identity)
            for server in self._servers:
                server.wait()
        except BaseException:
            self.stop()
            raise

    def _copy(self, primary: Path, copy: Path, identity: Identity) -> Path:
        """The primary is not running yet, so that its files are one consistent state."""
        shutil.rmtree(copy, ignore_errors=True)
        own_folder(copy, identity)
        child.run(["cp", "-a", f"{primary}/.", copy], identity)
        child.run(["rm", "-f", copy / "postmaster.pid"], identity)
        return copy

    def _follow(self, copy: Path, primary_port: int, identity: Identity) -> None:
        connection = f"host=127.0.0.1 port={primary_port} user={ROLE} password={self._password}"
        settings = f"primary_conninfo = '{connection}'\n"
        child.run(["tee", copy / "postgresql.auto.conf"], identity, settings)
        child.run(["touch", copy / "standby.signal"], identity)

    def _run(self, data: Path, port: int, identity: Identity) -> None:
        settings = [*_SETTINGS, f"port={port}", f"max_connections={self.options.max_connections}"]
        if not self.options.durable:
            settings.extend(_THROW_AWAY_SETTINGS)
        log = data.parent / f"{data.name}.log"
        process = child.start(
            [self.programs / "postgres", "-D", data, *(f"--{setting}" for setting in settings)],
            identity,
            log=log,
            on_orphaned=signal.SIGINT if self.options.durable else signal.SIGQUIT,
        )
        self._servers.append(_Server(data, port, process, log))


def _check_version(data: Path, programs: Path) -> None:
    """PostgreSQL's own words for this depend on which setting it stumbles over first."""
    made_by = (data / "PG_VERSION").read_text().strip()
    done = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    if f" {made_by}." not in done.stdout:
        raise LaunchError(
            "POSTGRES_VERSION",
            f"{data.parent} was made by PostgreSQL {made_by}, and here is {done.stdout.strip()}. "
            "Install that version again, or remove the folder to start with empty databases.",
        )


def _await_former_run(data: Path) -> None:
    """A server whose parent was killed is ending by itself. A pid file whose process is gone, or another's, is removed."""
    pid_file = data / "postmaster.pid"
    deadline = time.monotonic() + 10
    while pid := _pid_of_former_run(pid_file, data):
        if time.monotonic() > deadline:
            raise LaunchError(
                "POSTGRES_RUNNING",
                f"PostgreSQL runs in {data} already, as process {pid}. Stop the `softfactory up` that started it.",
            )
        time.sleep(0.05)
    pid_file.unlink(missing_ok=True)


def _pid_of_former_run(pid_file: Path, data: Path) -> int | None:
    with suppress(FileNotFoundError, IndexError, ValueError, PermissionError):
        pid = int(pid_file.read_text().splitlines()[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return pid if os.fsencode(data) in command else None
    return None


def _checked(name: str) -> str:
    """A name goes into SQL as it is, so it has to be a plain one."""
    if not _NAME.fullmatch(name):
        raise LaunchError("BAD_DATABASE_NAME", f"{name!r} cannot name a database: use a-z, 0-9 and _.")
    return name
