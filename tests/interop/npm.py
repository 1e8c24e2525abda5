"""Packages from npm, or a word why a test cannot have them here."""

import fcntl
import re
import shutil
import subprocess
from pathlib import Path

import pytest

NODE_FLOOR = 20
_AWAY = re.compile(
    r"npm error code (ENOTFOUND|EAI_AGAIN|ECONN\w+|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT|E[45]\d\d)"
)
_OPTIONS = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1")


def install(folder: Path, *, command: str = "ci") -> Path:
    """Installs what package.json of the folder names, unless that was done. Tests of all processes may ask at once.

    Skips the test where Node.js or the registry is away; anything else that goes wrong fails it.
    """
    _need_node()
    with (folder / ".npm-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / "node_modules" / ".done"
        wanted = (folder / "package.json").read_text() + _text(folder / "package-lock.json")
        if _text(done) != wanted:
            _run(["npm", command, *_OPTIONS], folder)
            done.write_text(wanted)
    return folder


def _need_node() -> None:
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("needs Node.js with npm: `apt-get install npm`")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.removeprefix("v").split(".")[0]) < NODE_FLOOR:
        pytest.skip(f"needs Node.js {NODE_FLOOR} or newer, this is {version.strip()}")


def _run(command: list[str], folder: Path) -> None:
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    away = _AWAY.search(result.stderr)
    if away:
        pytest.skip(f"npm's registry cannot be reached ({away[1]})")
    assert result.returncode == 0, result.stderr


def _text(file: Path) -> str:
    return file.read_text() if file.exists() else ""
