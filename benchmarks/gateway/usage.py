"""What a process and its children have used, as Linux tells it in /proc."""

import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

_PROC: Final = Path("/proc")
_TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")
_USER_TIME, _SYSTEM_TIME = 11, 12
"""Among the fields after the name, which is in parentheses: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html"""
_LOOK_SECONDS: Final = 0.2
_IDLE_SHARE: Final = 0.1
_IDLE, _WAITING, _STOLEN = 3, 4, 7
"""Among the numbers of the line `cpu` in /proc/stat; those after it are in others already."""
_KILOBYTES: Final = re.compile(r"^(Rss|Pss):\s+(\d+) kB$", re.MULTILINE)


class Memory(NamedTuple):
    """In bytes. `pss` counts pages that several processes share by their part."""

    rss: int
    pss: int


def tree(pid: int, proc: Path = _PROC) -> Iterator[int]:
    """The process and all that descend from it; nothing of those that have ended meanwhile."""
    yield pid
    for file in (proc / str(pid) / "task").glob("*/children"):
        with suppress(OSError):
            for child in file.read_text().split():
                yield from tree(int(child), proc)


def cpu_seconds(pid: int, proc: Path = _PROC) -> float:
    """In user and system mode, of the whole tree. Resolution is that of the kernel's clock, mostly 10 ms."""
    return sum(_cpu_ticks(_read(proc / str(each) / "stat")) for each in tree(pid, proc)) / _TICKS_PER_SECOND


def wait_until_idle(pid: int, at_most: float) -> None:
    """Until the tree uses less than a tenth of a core, or `at_most` seconds have passed."""
    deadline = time.monotonic() + at_most
    before = cpu_seconds(pid)
    while time.monotonic() < deadline:
        time.sleep(_LOOK_SECONDS)
        used = cpu_seconds(pid)
        if used - before < _IDLE_SHARE * _LOOK_SECONDS:
            return
        before = used


def machine_seconds(proc: Path = _PROC) -> float:
    """Of all processes together, those of others and the kernel's own work included."""
    fields = [int(number) for number in _read(proc / "stat").partition("\n")[0].split()[1:]]
    return (
        (sum(fields[: _STOLEN + 1]) - fields[_IDLE] - fields[_WAITING]) / _TICKS_PER_SECOND if fields else 0.0
    )


def memory(pid: int, proc: Path = _PROC) -> Memory:
    """Of the whole tree."""
    found = [_memory(_read(proc / str(each) / "smaps_rollup")) for each in tree(pid, proc)]
    return Memory(sum(each.rss for each in found), sum(each.pss for each in found))


def _cpu_ticks(stat: str) -> int:
    if not stat:
        return 0
    fields = stat.rpartition(")")[2].split()
    return int(fields[_USER_TIME]) + int(fields[_SYSTEM_TIME])


def _memory(rollup: str) -> Memory:
    kilobytes = {name: int(number) for name, number in _KILOBYTES.findall(rollup)}
    return Memory(kilobytes.get("Rss", 0) * 1024, kilobytes.get("Pss", 0) * 1024)


def _read(file: Path) -> str:
    """Nothing where the process has ended."""
    try:
        return file.read_text()
    except OSError:
        return ""
