"""When to read the files again, and what to make of what is found; the clock is the test's."""

from pathlib import Path

import pytest

from router.errors import RouterError
from router.serving.release import Release, Source
from router.serving.releases import Releases


class Looking:
    """Files that the test writes, and somebody who looks at them every half second."""

    def __init__(self, folder: Path, settings: str = "introspection: true") -> None:
        self.supergraph = folder / "supergraph.graphql"
        self.settings = folder / "router.yaml"
        self.supergraph.write_text("one")
        self.settings.write_text(settings)
        self.source = Source(self.settings, {"supergraph": self.supergraph})
        self.time = 0.0
        self.releases = Releases(self.source, self.source.read(), lambda: self.time)
        assert self.looks(3) == []

    def look(self) -> Release | None:
        self.time += 0.5
        return self.releases.look()

    def looks(self, times: int) -> list[Release]:
        return [found for _ in range(times) if (found := self.look())]

    def accept(self, release: Release) -> None:
        self.releases.accept(release)


@pytest.fixture
def looking(tmp_path: Path) -> Looking:
    return Looking(tmp_path)


def test_finds_a_changed_supergraph(looking: Looking) -> None:
    looking.supergraph.write_text("two!")

    [found] = looking.looks(3)

    assert found.sdl == "two!"
    looking.accept(found)
    assert looking.looks(5) == []
    assert looking.releases.current is found


def test_finds_changed_settings(looking: Looking) -> None:
    looking.settings.write_text("introspection: false")

    [found] = looking.looks(3)

    assert not found.settings.introspection


def test_waits_until_a_file_has_come_to_rest(looking: Looking) -> None:
    for length in range(5):
        looking.supergraph.write_text("x" * (length + 10))
        assert look_is_quiet(looking)

    [found] = looking.looks(2)

    assert found.sdl == "x" * 14


def look_is_quiet(looking: Looking) -> bool:
    return looking.look() is None


def test_looks_that_follow_each_other_at_once_say_nothing_about_rest(looking: Looking) -> None:
    looking.supergraph.write_text("two!")

    assert looking.look() is None
    assert looking.releases.look() is None
    assert looking.look() is not None


def test_a_file_that_is_touched_is_no_new_release(looking: Looking) -> None:
    text = looking.supergraph.read_text()
    looking.supergraph.unlink()
    looking.supergraph.write_text(text)

    assert looking.looks(4) == []


def test_does_not_look_at_files_where_it_should_not(tmp_path: Path) -> None:
    looking = Looking(tmp_path, "reload: {watch: false}")

    looking.supergraph.write_text("two!")

    assert looking.looks(4) == []
    looking.releases.ask()
    assert len(looking.looks(1)) == 1


def test_whoever_asks_gets_what_is_there(looking: Looking) -> None:
    looking.releases.ask()
    looking.releases.ask()

    [found] = looking.looks(3)

    assert found == looking.releases.current
    looking.accept(found)
    assert looking.looks(3) == []


def test_what_was_asked_for_and_fails_is_said_although_nothing_has_changed(looking: Looking) -> None:
    error = RouterError("INVALID_SUBGRAPH_SETTINGS", "a certificate is missing")
    looking.releases.ask()
    [first] = looking.looks(1)
    assert not looking.releases.refuse(first, error)

    [second] = looking.looks(4)

    assert looking.releases.refuse(second, error)
    assert looking.looks(4) == []
    assert looking.releases.error == "INVALID_SUBGRAPH_SETTINGS"


def test_what_fails_is_read_again_before_it_is_said(looking: Looking) -> None:
    looking.supergraph.write_text("half")
    [half] = looking.looks(2)
    assert not looking.releases.refuse(half, RouterError("INVALID_SUPERGRAPH", "no"))
    assert looking.releases.error is None

    looking.supergraph.write_text("whole")
    [whole] = looking.looks(3)

    assert whole.sdl == "whole"
    looking.accept(whole)
    assert looking.releases.error is None


def test_what_fails_twice_is_said_once(looking: Looking) -> None:
    error = RouterError("INVALID_SUPERGRAPH", "no")
    looking.supergraph.write_text("wrong")
    [first] = looking.looks(2)
    assert not looking.releases.refuse(first, error)

    [second] = looking.looks(4)

    assert looking.releases.refuse(second, error)
    assert looking.releases.error == "INVALID_SUPERGRAPH"
    assert looking.looks(6) == []
    assert looking.releases.current.sdl == "one"


def test_what_was_refused_is_tried_once_more_where_somebody_asks(looking: Looking) -> None:
    error = RouterError("INVALID_SUPERGRAPH", "no")
    looking.supergraph.write_text("wrong")
    for found in looking.looks(4):
        looking.releases.refuse(found, error)
    for found in looking.looks(4):
        looking.releases.refuse(found, error)

    looking.releases.ask()
    [again] = looking.looks(1)

    assert looking.releases.refuse(again, error)


def test_a_file_that_is_gone_for_a_moment_is_not_said(looking: Looking) -> None:
    looking.supergraph.unlink()
    assert looking.looks(2) == []

    looking.supergraph.write_text("back!")

    [found] = looking.looks(4)
    assert found.sdl == "back!"


def test_a_file_that_stays_away_is_said(looking: Looking) -> None:
    looking.supergraph.unlink()
    assert looking.looks(2) == []

    with pytest.raises(RouterError) as raised:
        looking.looks(3)

    assert raised.value.code == looking.releases.error == "SUPERGRAPH_NOT_FOUND"
    looking.supergraph.write_text("one")
    assert looking.looks(3) == []
    assert looking.releases.error is None


def test_wrong_settings_are_said(looking: Looking) -> None:
    looking.settings.write_text("introspektion: false")

    with pytest.raises(RouterError, match="introspektion: unknown"):
        looking.looks(5)

    assert looking.releases.error == "INVALID_SETTINGS"


def test_looks_at_the_files_that_new_settings_name(looking: Looking, tmp_path: Path) -> None:
    other = tmp_path / "other.graphql"
    other.write_text("wrong")
    looking.source = Source(looking.settings)
    looking.settings.write_text("supergraph: supergraph.graphql")
    looking.releases = Releases(looking.source, looking.source.read(), lambda: looking.time)
    looking.looks(3)
    looking.settings.write_text("supergraph: other.graphql")
    [found] = looking.looks(2)
    looking.releases.refuse(found, RouterError("INVALID_SUPERGRAPH", "no"))

    other.write_text("right")

    found = looking.looks(3)[-1]
    assert found.sdl == "right"


def test_names_what_needs_a_restart(tmp_path: Path) -> None:
    looking = Looking(tmp_path, "server: {port: 1, host: a, workers: 1, path: /x}")
    before = looking.source.read()
    looking.settings.write_text("server: {port: 2, host: a, workers: 3, path: /y}")

    assert looking.source.read().needing_a_restart(before) == ["server.port", "server.workers"]
