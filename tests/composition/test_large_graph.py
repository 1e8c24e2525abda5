"""The graph of benchmarks/composition is a graph, and about as large as asked for."""

from graphql import parse

from benchmarks.composition.large_graph import large_graph
from router.composition import compose
from router.federation.read_schema import SchemaReader


def test_composes() -> None:
    result = compose(large_graph(5, 100))
    types = SchemaReader().read(parse(result.api_schema_sdl)).types
    assert 90 <= len(types) <= 110
    assert len({definition.kind for definition in types.values()}) == 5
    for directive in ("requires:", "provides:", "external: true", "resolvable: false"):
        assert directive in result.supergraph_sdl


def test_is_the_same_each_time() -> None:
    assert large_graph(4, 60) == large_graph(4, 60)
    assert large_graph(4, 60) != large_graph(4, 60, seed=2)
