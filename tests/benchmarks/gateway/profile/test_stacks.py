import pytest

from benchmarks.gateway.profile.stacks import of_main_thread, own_time, read, without_root, write

RAW = """\
thread (7): MainThread;0x7f0e1604524a (libc.so.6);main (router/cli.py:23);run (uvicorn/server.py:85);json_decode (msgspec/_core.cpython-311-x86_64-linux-gnu.so) 60
thread (7): MainThread;0x7f0e1604ffff (libc.so.6);main (router/cli.py:23);run (uvicorn/server.py:85);Py_DECREF (object.h:537) 10
thread (7): MainThread;0x7f0e1604524a (libc.so.6);main (router/cli.py:23);run (uvicorn/server.py:85);Py_DECREF (object.h:538) 29
thread (7): MainThread;torn 1
thread (8): planning_0;0x7f0e1604524a (libpython3.11.so.1.0) 500
"""


def test_from_what_was_sampled_to_who_used_the_time() -> None:
    stacks = without_root(of_main_thread(read(RAW)))
    assert stacks == {("json_decode (msgspec/_core.so)",): 60, ("Py_DECREF (object.h)",): 39}
    shares = dict(own_time(stacks))
    assert list(shares) == ["json_decode (msgspec/_core.so)", "Py_DECREF (object.h)"]
    assert list(shares.values()) == pytest.approx([60 / 99, 39 / 99])


def test_lines_of_python_stay() -> None:
    text = "a (router/a.py:1);b (router/a.py:2) 3\n"
    assert read(text) == {("a (router/a.py:1)", "b (router/a.py:2)"): 3}
    assert write(read(text)) == text


def test_a_root_that_has_time_of_its_own_stays() -> None:
    stacks = {("a",): 1, ("a", "b"): 99}
    assert without_root(stacks) == stacks


def test_nothing() -> None:
    assert without_root({}) == {}
    assert own_time({}) == []


@pytest.mark.parametrize("text", ["a;b", "a;b many"])
def test_what_is_no_stack(text: str) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        read(text)
