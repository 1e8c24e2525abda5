import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.gateway.graphs import ROOT
from benchmarks.gateway.processes import NotStartedError, free_port, missing_programs, run_on_core, serving

pytestmark = pytest.mark.skipif(bool(missing_programs("taskset", "setpriv")), reason="needs util-linux")


def state_of(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_a_server_runs_on_its_core_until_it_is_left() -> None:
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.graph.serve", "--port", str(port)]
    with serving(command, port, core=1, cwd=ROOT) as server:
        server.wait_until_ready("/venues")
        assert len(os.sched_getaffinity(server.pid)) == 1
        assert is_there(server.pid)
    assert not is_there(server.pid)


def test_a_server_that_stands_still_is_stopped_and_can_be_ended() -> None:
    with serving(["sleep", "60"], 1, core=0) as server:
        server.pause()
        os.waitid(os.P_PID, server.pid, os.WSTOPPED | os.WNOWAIT)
        assert state_of(server.pid) == "T"
        server.resume()
        os.waitid(os.P_PID, server.pid, os.WCONTINUED | os.WNOWAIT)
        assert state_of(server.pid) != "T"
        server.pause()
    assert not is_there(server.pid)


def test_a_server_that_ends_says_why() -> None:
    command = [sys.executable, "-c", "import sys; print('no such file'); sys.exit(3)"]
    with (
        serving(command, free_port(), core=0) as server,
        pytest.raises(NotStartedError, match="ended with 3: no such file"),
    ):
        server.wait_until_ready("/graphql")


def test_servers_end_with_the_process_that_started_them() -> None:
    starts = (
        "import sys\n"
        "from pathlib import Path\n"
        "from benchmarks.gateway.processes import serving\n"
        "with serving(['sleep', '60'], 1, core=0) as server:\n"
        "    comm = Path(f'/proc/{server.pid}/comm')\n"
        "    while comm.read_text() != 'sleep\\n':\n"
        "        pass\n"
        "    print(server.pid, flush=True)\n"
        "    sys.stdin.read()\n"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", starts], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with starter:
        assert starter.stdout is not None
        ended = os.pidfd_open(int(starter.stdout.readline()))
        starter.kill()
    waiting = select.poll()
    waiting.register(ended, select.POLLIN)
    assert waiting.poll(20_000)
    os.close(ended)


def test_a_command_on_a_core() -> None:
    assert run_on_core(0, ["echo", "done"], timeout=10) == "done\n"


def test_what_is_missing_is_named_with_how_to_get_it() -> None:
    assert missing_programs("sh") == []
    assert missing_programs("sh", "no-such-program") == [
        "no-such-program is missing: apt-get install no-such-program"
    ]
