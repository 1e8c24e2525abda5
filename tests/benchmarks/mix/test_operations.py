"""The operations of the mix against the graph of the platform."""

from collections import Counter
from pathlib import Path

import pytest
from graphql import FieldNode, TypeInfo, TypeInfoVisitor, Visitor, parse, validate, visit

from benchmarks.mix.requests import OPERATIONS
from benchmarks.mix.resources import OTHERS, KeptFields, Unkept, lines_of
from router.federation.supergraph import Supergraph

SUPERGRAPH = Supergraph.parse((Path(__file__).parents[3] / "schema" / "supergraph.graphql").read_text())
KEPT = KeptFields(SUPERGRAPH)
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
    asked = KEPT.unkept({".".join(each): 1 for each in coordinates.found})
    entities = {each for each in coordinates.found if KEPT.unkept({".".join(each): 1}).of}
    assert asked.of == len(entities)
    for each in entities:
        if KEPT.policy(each) is not None:
            assert OTHERS not in lines_of(each), each


def test_what_has_no_policy_is_counted_and_parts_of_others_are_not() -> None:
    asked = Counter(
        {"Campaign.title": 5, "Campaign.spotsAvailable": 3, "Query.chefAvailability": 4, "Money.currency": 9}
    )
    assert KEPT.unkept(asked) == Unkept(
        7, 12, (("Query.chefAvailability", 4), ("Campaign.spotsAvailable", 3))
    )


def test_ages_are_those_of_the_services() -> None:
    found = KEPT.ages(
        [("Chef", "bio"), ("Chef", "menus"), ("Campaign", "spotsAvailable"), ("Query", "popularChefs")]
    )
    assert found == {("Chef", "bio"): 300, ("Chef", "menus"): 3600, ("Query", "popularChefs"): 1800}
