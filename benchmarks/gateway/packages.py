"""Packages from npm, installed on first use."""

import fcntl
import shutil
import subprocess
from pathlib import Path
from typing import Final

import msgspec

_OPTIONS: Final = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
_SECONDS: Final = 600


class PackagesMissingError(Exception):
    """npm is not there, or could not do it; with the end of what it said."""


def install(folder: Path, command: str = "ci") -> None:
    """What package.json of the folder names, unless that was done. Raises PackagesMissingError."""
    if shutil.which("npm") is None:
        raise PackagesMissingError("npm is missing: apt-get install npm")
    with (folder / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / "node_modules" / ".done"
        wanted = _text(folder / "package.json") + (
            _text(folder / "package-lock.json") if command == "ci" else ""
        )
        if _text(done) != wanted:
            _run_npm(folder, command)
            done.write_text(wanted)


def version_of(folder: Path, package: str) -> str:
    """The one that is installed."""
    found = msgspec.json.decode((folder / "node_modules" / package / "package.json").read_bytes())
    return str(found["version"])


def _run_npm(folder: Path, command: str) -> None:
    try:
        subprocess.run(
            ["npm", command, *_OPTIONS],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
            timeout=_SECONDS,
        )
    except subprocess.CalledProcessError as error:
        raise PackagesMissingError(f"npm {command}: {error.stderr.strip()[-500:]}") from None
    except subprocess.TimeoutExpired:
        raise PackagesMissingError(f"npm {command} took more than {_SECONDS} seconds") from None


def _text(file: Path) -> str:
    return file.read_text() if file.exists() else ""
