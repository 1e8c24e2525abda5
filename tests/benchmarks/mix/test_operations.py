"""The operations of the mix against the graph of the platform."""

from pathlib import Path

import pytest
from graphql import FieldNode, TypeInfo, TypeInfoVisitor, Visitor, parse, validate, visit

from benchmarks.mix.requests import OPERATIONS
from benchmarks.mix.resources import OTHERS, ages, lines_of
from router.cache.identity import Identities
from router.federation.supergraph import Supergraph

SUPERGRAPH = Supergraph.parse((Path(__file__).parents[3] / "schema" / "supergraph.graphql").read_text())
FILES = sorted(OPERATIONS.glob("*.graphql"))


class Coordinates(Visitor):
    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.found: set[tuple[str, str]] = set()
        self._types = types

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent = self._types.get_parent_type()
        assert parent is not None
        self.found.add((parent.name, node.name.value))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_is_valid_and_each_field_that_may_be_kept_is_of_a_resource(file: Path) -> None:
    document, schema = parse(file.read_text()), SUPERGRAPH.api_schema
    assert validate(schema, document) == []
    types = TypeInfo(schema)
    coordinates = Coordinates(types)
    visit(document, TypeInfoVisitor(types, coordinates))
    kept = ages(SUPERGRAPH, coordinates.found)
    identities = Identities(SUPERGRAPH)
    for each in kept:
        if each[0] in SUPERGRAPH.root_kinds or identities.key(each[0]) is not None:
            assert OTHERS not in lines_of(each), each


def test_ages_are_those_of_the_services_and_what_is_never_kept_has_none() -> None:
    names = [("Chef", "bio"), ("Chef", "menus"), ("Campaign", "spotsAvailable"), ("Query", "popularChefs")]
    found = ages(SUPERGRAPH, names)
    assert found == {("Chef", "bio"): 300, ("Chef", "menus"): 3600, ("Query", "popularChefs"): 1800}
