"""What a supervisor decides, with workers and a clock that are the test's."""

import signal
from itertools import pairwise
from pathlib import Path

import pytest

from router.errors import RouterError
from router.serving.channel import (
    Alive,
    Failed,
    Heavy,
    Leave,
    Note,
    Popular,
    Serve,
    Served,
    TellPopular,
)
from tests.serving.stage import Stage, settle, wait


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def test_starts_as_many_as_there_should_be_and_greets_once(stage: Stage) -> None:
    def check() -> None:
        assert [each.number for each in stage.machine.workers] == [1, 2]
        assert stage.greetings == 1

    stage.play(*settle(stage), check)

    assert stage.greetings == 1


def test_ends_all_with_a_signal(stage: Stage) -> None:
    stage.play(*settle(stage), lambda: signal.SIGINT, lambda: signal.SIGTERM)

    assert stage.supervisor.ended_by == signal.SIGINT
    assert [each.signals[:2] for each in stage.machine.workers] == [[signal.SIGTERM] * 2] * 2
    assert not stage.machine.listens


def test_kills_those_that_do_not_end(stage: Stage) -> None:
    def linger() -> None:
        stage.machine.time += 60

    stage.play(*settle(stage), lambda: signal.SIGTERM, linger)

    assert all(signal.SIGKILL in each.signals for each in stage.machine.workers)


def test_replaces_a_worker_that_ends(stage: Stage) -> None:
    def end() -> None:
        stage.machine.time += 20
        for each in stage.machine.running():
            each.says.append(Alive())
        stage.worker(0).status = -9

    def check() -> None:
        assert [each.number for each in stage.machine.running()] == [2, 1]

    stage.play(*settle(stage), end, check)


def test_waits_longer_each_time_where_workers_end_soon(stage: Stage) -> None:
    starts: list[float] = []

    def end_young() -> None:
        stage.ready()
        if len(stage.machine.workers) > len(starts) + 2:
            starts.append(stage.machine.time)
        stage.machine.workers[-1].status = -11

    stage.play(*settle(stage), *[end_young] * 60)

    pauses = [later - earlier for earlier, later in pairwise(starts)]
    assert pauses == sorted(pauses)
    assert pauses[0] <= 1.5
    assert pauses[-1] >= 8


def test_gives_up_where_no_worker_ever_serves(stage: Stage) -> None:
    def fail() -> None:
        stage.worker(0).says.append(Failed("INVALID_SUBGRAPH_SETTINGS", "no such subgraph"))
        stage.worker(0).status = 1

    def end() -> None:
        stage.worker(1).status = -15

    with pytest.raises(RouterError, match="no such subgraph") as raised:
        stage.play(fail, end)

    assert raised.value.code == "INVALID_SUBGRAPH_SETTINGS"
    assert stage.worker(1).signals == [signal.SIGTERM]
    assert len(stage.machine.workers) == 2


def test_gives_up_where_workers_end_without_a_word(stage: Stage) -> None:
    def fail() -> None:
        for each in stage.machine.running():
            each.status = -11

    with pytest.raises(RouterError) as raised:
        stage.play(fail)

    assert raised.value.code == "WORKERS_FAILED"


def test_gives_up_where_none_can_serve_any_more(stage: Stage) -> None:
    def fail() -> None:
        for each in stage.machine.running():
            each.status = 1

    with pytest.raises(RouterError) as raised:
        stage.play(*settle(stage), *[fail] * 200)

    assert raised.value.code == "WORKERS_FAILED"


def test_goes_on_where_no_process_can_be_started(stage: Stage) -> None:
    def lose() -> None:
        stage.machine.can_start = False
        stage.worker(0).status = -9

    def recover() -> None:
        stage.machine.can_start = True
        stage.machine.time += 30

    def check() -> None:
        assert len(stage.machine.running()) == 2

    stage.play(*settle(stage), lose, wait, wait, wait, wait, recover, wait, check)


def test_starts_new_workers_one_by_one_and_then_lets_the_old_ones_go(stage: Stage) -> None:
    def tell() -> None:
        assert stage.worker(0).told == [TellPopular()]
        stage.worker(0).says.append(Popular((("{ a }", None),)))

    def one() -> None:
        assert len(stage.machine.workers) == 3
        assert Leave() not in stage.worker(0).told

    def check() -> None:
        assert [each.pid for each in stage.machine.running()] == [1002, 1003]
        assert [each.operations for each in stage.machine.running()] == [(("{ a }", None),)] * 2

    stage.play(*settle(stage), lambda: signal.SIGUSR2, tell, one, *[stage.ready, wait] * 4, check)


def test_new_workers_begin_with_what_is_new(stage: Stage) -> None:
    def change() -> signal.Signals:
        stage.supergraph.write_text("two!")
        return signal.SIGUSR2

    def check() -> None:
        assert [each.loaded.release.sdl for each in stage.machine.running()] == ["two!", "two!"]
        assert stage.machine.freed == ["one"]
        assert not any(isinstance(message, Serve) for each in stage.machine.workers for message in each.told)
        assert stage.releases.current.sdl == "two!"

    stage.play(*settle(stage), change, *[wait] * 4, *[stage.ready, wait] * 4, check)


def test_what_is_new_may_want_new_workers(stage: Stage) -> None:
    def change() -> None:
        stage.settings.write_text("server: {workers: 2}\nreload: {new_workers: true}")

    def check() -> None:
        assert [each.pid for each in stage.machine.running()] == [1002, 1003]
        assert not any(isinstance(message, Serve) for each in stage.machine.workers for message in each.told)

    stage.play(*settle(stage), change, *[stage.ready, wait] * 8, check)


def test_new_workers_that_cannot_serve_what_is_new_serve_what_was(stage: Stage) -> None:
    def change() -> signal.Signals:
        stage.supergraph.write_text("two!")
        return signal.SIGUSR2

    def fail() -> None:
        for each in stage.machine.running():
            if each.loaded.release.sdl == "two!":
                each.says.append(Failed("EXAMPLES_NOT_READABLE", "no"))
                each.status = 1
        stage.ready()

    def check() -> None:
        assert [each.loaded.release.sdl for each in stage.machine.running()] == ["one", "one"]
        assert stage.releases.error == "EXAMPLES_NOT_READABLE"
        assert stage.machine.freed == ["one", "two!", "two!"]
        assert len(stage.machine.running()) == 2
        assert stage.worker(0) not in stage.machine.running()

    stage.play(*settle(stage), change, *[fail] * 60, check)


def test_does_not_wait_long_for_what_is_popular(stage: Stage) -> None:
    def check() -> None:
        assert len(stage.machine.workers) == 3

    stage.play(*settle(stage), lambda: signal.SIGUSR2, *[wait] * 5, check)


def test_replaces_a_worker_that_has_grown(stage: Stage) -> None:
    def grow() -> None:
        stage.worker(1).says.append(Heavy())

    def check() -> None:
        assert [each.pid for each in stage.machine.running()] == [1000, 1002]

    stage.play(*settle(stage), grow, *[stage.ready, wait] * 3, check)


def test_kills_a_worker_that_says_nothing(stage: Stage) -> None:
    def silence() -> None:
        stage.machine.time += 50
        stage.worker(0).says.append(Alive())

    stage.play(*settle(stage), silence, silence)

    assert signal.SIGKILL not in stage.worker(0).signals
    assert signal.SIGKILL in stage.worker(1).signals


def test_kills_a_worker_that_does_not_listen(stage: Stage) -> None:
    def deafen() -> None:
        stage.worker(0).reads = False
        stage.supergraph.write_text("two!")

    stage.play(*settle(stage), deafen, wait, wait, wait)

    assert signal.SIGKILL in stage.worker(0).signals


def test_lets_one_worker_after_the_other_serve_a_new_release(stage: Stage) -> None:
    def change() -> None:
        stage.supergraph.write_text("two!")

    def first() -> None:
        assert stage.served() == ["two!"]
        assert stage.machine.freed == []
        stage.obey()

    def second() -> None:
        assert stage.served() == ["two!"]
        assert stage.machine.freed == ["one"]
        stage.obey()

    def check() -> None:
        assert stage.served() == []
        assert stage.releases.current.sdl == "two!"

    stage.play(*settle(stage), change, wait, wait, first, second, check)


def test_a_signal_makes_all_read_again_what_there_is(stage: Stage) -> None:
    def check(served: list[str]) -> None:
        assert stage.served() == served
        stage.obey()

    first, second, none = (lambda: check(["one"]), lambda: check(["one"]), lambda: check([]))
    stage.play(*settle(stage), lambda: signal.SIGHUP, first, second, none)


def test_what_cannot_be_loaded_reaches_no_worker_and_is_noted(stage: Stage) -> None:
    def change() -> None:
        stage.supergraph.write_text(stage.machine.invalid)

    def check() -> None:
        assert [each.told for each in stage.machine.running()] == [[Note("INVALID_SUPERGRAPH")]] * 2

    def mend() -> None:
        stage.supergraph.write_text("one")

    def check_again() -> None:
        assert [each.told[-1] for each in stage.machine.running()] == [Note(None)] * 2

    stage.play(*settle(stage), change, *[wait] * 6, check, mend, *[wait] * 4, check_again)


def test_a_new_worker_hears_what_is_wrong(stage: Stage) -> None:
    def change() -> None:
        stage.supergraph.write_text(stage.machine.invalid)

    def lose() -> None:
        stage.worker(0).status = -9

    def check() -> None:
        assert stage.worker(2).told == [Note("INVALID_SUPERGRAPH")]

    stage.play(*settle(stage), change, *[wait] * 6, lose, *[wait] * 3, stage.ready, wait, check)


def test_what_the_first_worker_refuses_is_not_served_by_the_others(stage: Stage) -> None:
    def change() -> None:
        stage.supergraph.write_text("two!")

    def refuse() -> None:
        if stage.served():
            stage.worker(0).told.clear()
            stage.worker(0).says.append(Served("INVALID_SUBGRAPH_SETTINGS", "no"))

    def check() -> None:
        assert stage.releases.error == "INVALID_SUBGRAPH_SETTINGS"
        assert stage.releases.current.sdl == "one"
        assert stage.machine.freed == ["two!", "two!"]
        assert stage.served() == []

    stage.play(*settle(stage), change, *[refuse] * 10, check)


def test_what_ends_the_first_worker_is_not_served_by_the_others(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    def change() -> None:
        stage.supergraph.write_text("two!")

    def die() -> None:
        for each in stage.machine.running():
            if any(isinstance(message, Serve) for message in each.told):
                each.status = -9
        stage.ready()

    def check() -> None:
        assert stage.releases.error == "WORKERS_FAILED"
        assert stage.worker(1).status is None
        assert "Worker 1 [1000] has ended with -9, trying to serve it." in caplog.text
        assert {each.loaded.release.sdl for each in stage.machine.running()} == {"one"}

    stage.play(*settle(stage), change, *[die] * 12, check)


def test_a_later_worker_that_refuses_is_replaced(stage: Stage) -> None:
    def change() -> None:
        stage.supergraph.write_text("two!")

    def refuse() -> None:
        assert stage.served() == ["two!"]
        stage.worker(1).told.clear()
        stage.worker(1).says.append(Served("EXAMPLES_NOT_READABLE", "no"))

    def check() -> None:
        assert stage.worker(1).told == [Leave()]
        assert stage.worker(2).loaded.release.sdl == "two!"

    stage.play(*settle(stage), change, wait, wait, stage.obey, refuse, wait, check)


def test_as_many_workers_as_new_settings_want(stage: Stage) -> None:
    def more() -> None:
        stage.settings.write_text("server: {workers: 4}")

    def check_more() -> None:
        assert len(stage.machine.running()) == 4

    def fewer() -> None:
        stage.settings.write_text("server: {workers: 1, port: 4001}")

    def check_fewer() -> None:
        assert len(stage.machine.running()) == 1

    turns = [stage.obey, stage.ready] * 8
    stage.play(*settle(stage), more, *turns, check_more, fewer, *turns, check_fewer)
