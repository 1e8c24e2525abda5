import os
from pathlib import Path

import pytest

from launcher.binaries import copy_program
from launcher.errors import LaunchError
from launcher.identity import Identity, own_folder, server_identity

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root starts servers as somebody else")
NOBODY = Identity(65534, 65534)


def test_a_server_never_runs_as_root(scratch: Path) -> None:
    identity = server_identity(scratch / "new")
    assert identity.uid != 0
    assert identity.is_current == (os.geteuid() != 0)


@as_root
def test_the_owner_of_the_data_runs_the_server(scratch: Path) -> None:
    folder = scratch / "of-nobody"
    folder.mkdir()
    os.chown(folder, NOBODY.uid, NOBODY.gid)
    assert server_identity(folder) == NOBODY


@pytest.mark.skipif(os.geteuid() == 0, reason="root may use any data")
def test_data_of_another_user_is_refused() -> None:
    with pytest.raises(LaunchError) as refused:
        server_identity(Path("/etc"))
    assert refused.value.code == "DATA_OF_ANOTHER_USER"


def test_a_folder_is_made_private(scratch: Path) -> None:
    identity = server_identity(scratch / "private")
    real = own_folder(scratch / "private", identity)
    assert (real, real.stat().st_uid, real.stat().st_mode & 0o777) == (
        scratch / "private",
        identity.uid,
        0o700,
    )


@as_root
def test_data_in_a_closed_folder_lies_outside_and_the_closed_folder_stays_closed(scratch: Path) -> None:
    closed = scratch / "home"
    closed.mkdir(mode=0o700)
    folder = closed / ".data" / "postgres"

    real = own_folder(folder, NOBODY, scratch / "outside")

    assert real.parent == scratch / "outside"
    assert folder.readlink() == real
    assert (real.stat().st_uid, real.stat().st_mode & 0o777) == (NOBODY.uid, 0o700)
    assert closed.stat().st_mode & 0o777 == 0o700
    assert own_folder(folder, NOBODY, scratch / "outside") == real


@as_root
def test_a_link_to_removed_data_is_replaced(scratch: Path) -> None:
    closed = scratch / "another-home"
    closed.mkdir(mode=0o700)
    (closed / "postgres").symlink_to(scratch / "removed")
    real = own_folder(closed / "postgres", NOBODY, scratch / "outside")
    assert real.is_dir()
    assert (closed / "postgres").resolve() == real


@as_root
def test_a_folder_that_root_made_beforehand_is_handed_over(scratch: Path) -> None:
    (scratch / "beforehand").mkdir()
    assert own_folder(scratch / "beforehand", NOBODY).stat().st_uid == NOBODY.uid


@as_root
def test_a_program_in_a_closed_folder_is_copied_once_and_can_be_run(scratch: Path) -> None:
    closed = scratch / "closed-venv"
    (closed / "bin").mkdir(parents=True)
    closed.chmod(0o700)
    program = closed / "bin" / "tool"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    assert not NOBODY.can_use(program)

    copy = copy_program(program, closed, ("bin/*",), scratch / "copies") / "bin" / "tool"

    assert NOBODY.can_use(copy)
    assert not NOBODY.can_use(copy, "-w")
    assert copy_program(program, closed, ("bin/*",), scratch / "copies") / "bin" / "tool" == copy
    assert [path.name for path in (scratch / "copies").iterdir()] == [copy.parent.parent.name]
