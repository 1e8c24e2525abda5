"""Packages from npm, or a word why a test cannot have them here."""

import fcntl
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

NODE_FLOOR = 20
_AWAY = re.compile(
    r"npm error code (ENOTFOUND|EAI_AGAIN|ECONN\w+|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT|E[45]\d\d)"
)
_OPTIONS = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1")


def install(folder: Path, *, command: str = "ci") -> None:
    """Installs what package.json of the folder names, unless that was done. Tests of all processes may ask at once.

    Skips the test where Node.js or the registry is away; anything else that goes wrong fails it.
    """
    missing = _missing_node() or _missing_packages(folder, command)
    if missing:
        pytest.skip(missing)


@cache
def _missing_node() -> str | None:
    if shutil.which("npm") is None or shutil.which("node") is None:
        return "needs Node.js with npm: `apt-get install npm`"
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.removeprefix("v").split(".")[0]) < NODE_FLOOR:
        return f"needs Node.js {NODE_FLOOR} or newer, this is {version}"
    return None


@cache  # also that the registry is away: npm takes its time to find out
def _missing_packages(folder: Path, command: str) -> str | None:
    with (folder / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / "node_modules" / ".done"
        wanted = (folder / "package.json").read_text() + _text(folder / "package-lock.json")
        if _text(done) == wanted:
            return None
        result = subprocess.run(
            ["npm", command, *_OPTIONS], cwd=folder, capture_output=True, text=True, check=False
        )
        away = _AWAY.search(result.stderr)
        if away:
            return f"npm's registry cannot be reached ({away[1]})"
        assert result.returncode == 0, result.stderr
        done.write_text(wanted)
        return None


def _text(file: Path) -> str:
    return file.read_text() if file.exists() else ""
