import os
from pathlib import Path

import pytest

from launcher.binaries import copy_program
from launcher.errors import LaunchError
from launcher.identity import Identity, home_folder, own_file, own_folder, server_identity

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


def test_what_the_server_owns_is_private(scratch: Path) -> None:
    identity = server_identity(scratch / "private" / "data")
    home = home_folder(scratch / "private", identity)
    data = own_folder(home / "data", identity)
    own_file(home / "password", "secret", identity)
    assert home == scratch / "private"
    assert (data.stat().st_uid, data.stat().st_mode & 0o777) == (identity.uid, 0o700)
    assert (home / "password").stat().st_mode & 0o777 == 0o600
    assert identity.can_use(home / "password", "-r")


@as_root
def test_a_server_without_rights_cannot_put_links_where_root_writes(scratch: Path) -> None:
    home = home_folder(scratch / "guarded", NOBODY)
    own_folder(home / "data", NOBODY)
    assert NOBODY.can_use(home)
    assert not NOBODY.can_use(home, "-w")
    assert NOBODY.can_use(home / "data", "-w")


@as_root
def test_data_in_a_closed_folder_lies_outside_and_the_closed_folder_stays_closed(scratch: Path) -> None:
    closed = scratch / "home"
    closed.mkdir(mode=0o700)
    folder = closed / ".data" / "postgres"

    real = home_folder(folder, NOBODY, scratch / "outside")

    assert real.parent == scratch / "outside"
    assert folder.readlink() == real
    assert NOBODY.can_use(real)
    assert closed.stat().st_mode & 0o777 == 0o700
    assert home_folder(folder, NOBODY, scratch / "outside") == real


@as_root
def test_a_link_to_removed_data_is_replaced(scratch: Path) -> None:
    closed = scratch / "another-home"
    closed.mkdir(mode=0o700)
    (closed / "postgres").symlink_to(scratch / "removed")
    real = home_folder(closed / "postgres", NOBODY, scratch / "outside")
    assert real.is_dir()
    assert (closed / "postgres").resolve() == real


@as_root
def test_a_folder_that_a_server_owned_becomes_ours(scratch: Path) -> None:
    folder = scratch / "beforehand"
    folder.mkdir(mode=0o700)
    os.chown(folder, NOBODY.uid, NOBODY.gid)
    assert home_folder(folder, NOBODY).stat().st_uid == 0
    assert NOBODY.can_use(folder)


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
