"""Which texts count as long."""

from router.executor.long_texts import long_texts


def test_the_average_of_a_path_decides() -> None:
    data = {
        "a": "x" * 200,
        "b": [{"c": "x" * 300, "d": "x"}, {"c": "", "d": "x" * 200}, None, {"c": None, "d": "x"}],
        "e": [["x" * 127], ["x" * 127]],
        "f": 10**200,
    }
    assert long_texts(data) == {("a",), ("b", "c")}
    assert long_texts(data, 0) == {("a",), ("b", "c"), ("b", "d"), ("e",)}
    assert long_texts(None) == frozenset()
