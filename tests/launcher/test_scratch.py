import os
import tempfile
import time
from pathlib import Path

from launcher.scratch import PREFIX, fastest_parent, scratch_folder, sweep


def test_it_is_removed_at_the_end(tmp_path: Path) -> None:
    with scratch_folder(tmp_path) as folder:
        (folder / "data").touch()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_swept_and_the_living_stay(tmp_path: Path) -> None:
    with scratch_folder(tmp_path) as living:
        left = tmp_path / f"{PREFIX}left"
        left.mkdir()
        (tmp_path / "of-others").mkdir()
        later = time.time() + 3600

        sweep(tmp_path, later)

        assert living.exists()
        assert not left.exists()
        assert (tmp_path / "of-others").exists()


def test_young_folders_stay(tmp_path: Path) -> None:
    (tmp_path / f"{PREFIX}young").mkdir()
    sweep(tmp_path, time.time())
    assert (tmp_path / f"{PREFIX}young").exists()


def test_servers_of_another_user_may_pass_through(tmp_path: Path) -> None:
    with scratch_folder(tmp_path) as folder:
        assert folder.stat().st_mode & 0o777 == 0o711
        assert folder.stat().st_uid == os.geteuid()


def test_memory_is_used_where_there_is_enough_of_it(tmp_path: Path) -> None:
    elsewhere = Path(tempfile.gettempdir())
    assert fastest_parent(tmp_path, room=1) == tmp_path
    assert fastest_parent(tmp_path, room=1 << 60) == elsewhere
    assert fastest_parent(tmp_path / "missing") == elsewhere
