"""What figures have to be read with: the machine, the day, and the versions."""

import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.gateway.contenders import PEER
from benchmarks.gateway.packages import version_of

_PYTHON_PACKAGES = ("msgspec", "uvicorn", "uvloop", "httptools", "graphql-core")
_NPM_PACKAGES = ("@apollo/gateway", "@graphql-hive/gateway", "@graphql-hive/router-runtime")


def describe() -> dict[str, str]:
    """In the order in which it is printed; packages of npm where they are installed."""
    found = {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0))),
        "Python": platform.python_version(),
        **{name: version(name) for name in _PYTHON_PACKAGES},
    }
    if (PEER / "node_modules").exists():
        found["Node.js"] = subprocess.run(
            ["node", "--version"], capture_output=True, text=True, check=True, timeout=30
        ).stdout.strip()
        found |= {name: version_of(PEER, name) for name in _NPM_PACKAGES}
    return found


def _processor() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()
