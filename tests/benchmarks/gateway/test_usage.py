"""/proc as files in a folder, and this process as the kernel has it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.gateway import usage

TICKS = os.sysconf("SC_CLK_TCK")


@pytest.fixture
def add(tmp_path: Path) -> Callable[..., None]:
    """`add(pid, children, user, system)` writes a process into the folder."""

    def write(pid: int, children: str = "", user: int = 0, system: int = 0) -> None:
        folder = tmp_path / str(pid)
        (folder / "task" / str(pid)).mkdir(parents=True)
        (folder / "task" / str(pid) / "children").write_text(children)
        before = " ".join(["S", *["1"] * 10])
        (folder / "stat").write_text(f"{pid} (a (strange) name) {before} {user} {system} 7 7 20 0\n")
        (folder / "smaps_rollup").write_text(
            f"0-1 ---p [rollup]\nRss:     {pid} kB\nPss:      5 kB\nPss_Dirty: 1 kB\n"
        )

    return write


def test_the_whole_tree_counts(tmp_path: Path, add: Callable[..., None]) -> None:
    add(100, "200 300", user=TICKS, system=TICKS)
    add(200, "400", user=TICKS)
    add(300, system=TICKS)
    add(400, user=TICKS, system=TICKS)
    add(500, user=TICKS)
    assert list(usage.tree(100, tmp_path)) == [100, 200, 400, 300]
    assert usage.cpu_seconds(100, tmp_path) == 6
    assert usage.memory(100, tmp_path) == usage.Memory(rss=1000 * 1024, pss=20 * 1024)


def test_a_process_that_has_ended_counts_nothing(tmp_path: Path, add: Callable[..., None]) -> None:
    add(100, "200", user=TICKS)
    assert usage.cpu_seconds(100, tmp_path) == 1
    assert usage.memory(100, tmp_path).rss == 100 * 1024
    assert usage.cpu_seconds(999, tmp_path) == 0


def test_idle_time_of_the_machine_is_not_used_time(tmp_path: Path) -> None:
    user, nice, system, idle, waiting, interrupts, soft, stolen, guest = (n * TICKS for n in range(1, 10))
    numbers = (user, nice, system, idle, waiting, interrupts, soft, stolen, guest)
    (tmp_path / "stat").write_text(f"cpu  {' '.join(map(str, numbers))}\ncpu0 1 2 3\n")
    assert usage.machine_seconds(tmp_path) == 1 + 2 + 3 + 6 + 7 + 8


def test_of_this_process() -> None:
    before = usage.cpu_seconds(os.getpid())
    own = time.process_time()
    while time.process_time() - own < 0.2:
        sum(range(1000))
    assert usage.cpu_seconds(os.getpid()) - before > 0.1
    found = usage.memory(os.getpid())
    assert found.rss >= found.pss > 1_000_000
    assert usage.machine_seconds() > 0


def test_who_does_nothing_is_idle_and_who_works_is_waited_for_no_longer_than_that() -> None:
    with subprocess.Popen(["sleep", "60"]) as sleeping:
        usage.wait_until_idle(sleeping.pid, at_most=60)
        assert sleeping.poll() is None
        sleeping.kill()
    spinning = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    with spinning:
        usage.wait_until_idle(spinning.pid, at_most=1)
        assert usage.cpu_seconds(spinning.pid) > 0
        spinning.kill()
