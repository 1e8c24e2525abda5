from pathlib import Path

import pytest

from benchmarks.gateway.contenders import Contender, NoContenderError, chosen, contenders
from benchmarks.gateway.graphs import own_graph


def contender(family: str, flight: str = "off", only: str | None = None) -> Contender:
    return Contender(
        family, flight, family, lambda supergraph, port, url: [str(supergraph), str(port), url], only=only
    )


ALL = [contender("softfactory"), contender("softfactory", "all"), contender("hive"), contender("hive-rust")]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((), ["softfactory-off", "softfactory-all", "hive-off", "hive-rust-off"]),
        (("softfactory",), ["softfactory-off", "softfactory-all"]),
        (("hive", "softfactory-all"), ["softfactory-all", "hive-off"]),
    ],
)
def test_names_and_families(names: tuple[str, ...], expected: list[str]) -> None:
    assert [each.name for each in chosen(ALL, names)] == expected


def test_a_name_that_nobody_has() -> None:
    with pytest.raises(NoContenderError, match="no contender 'nobody'"):
        chosen(ALL, ["hive", "nobody"])


def test_who_answers_one_query_only() -> None:
    assert contender("a").answers("full")
    assert contender("a", only="full").answers("full")
    assert not contender("a", only="full").answers("one-fetch")


def test_everybody_has_another_name_and_a_command_with_its_port() -> None:
    everybody = list(contenders(own_graph()))
    assert len({each.name for each in everybody}) == len(everybody)
    assert {"softfactory", "apollo", "hive", "hive-rust", "yardstick"} == {each.family for each in everybody}
    for each in everybody:
        assert "4321" in each.command(Path("supergraph.graphql"), 4321, "http://127.0.0.1:1")
