"""The schema model: type references, values, reading and printing."""

import pytest
from graphql import parse, parse_const_value

from router.federation.print_schema import print_schema
from router.federation.read_schema import SchemaReader
from router.federation.schema import Kind
from router.federation.type_reference import is_strict_subtype, item_type, named_type, nullable
from router.federation.value import make, normal_form, print_value, same_value, to_python
from router.federation.version import Version


def is_named_subtype(abstract: str, name: str) -> bool:
    return (abstract, name) in {("Node", "User"), ("Node", "Post")}


SUBTYPES = {
    ("Int", "Int!"): True,
    ("Int!", "Int"): False,
    ("Int", "Int"): False,
    ("Node", "User"): True,
    ("Node", "User!"): True,
    ("Node!", "User"): False,
    ("Node!", "User!"): True,
    ("[Int]", "[Int!]"): True,
    ("[Int]", "[Int!]!"): True,
    ("[Int!]", "[Int]!"): False,
    ("[Node]", "[User]"): True,
    ("[Node]", "User"): False,
    ("Node", "[User]"): False,
    ("User", "Node"): False,
}


@pytest.mark.parametrize("pair", SUBTYPES)
def test_strict_subtypes(pair: tuple[str, str]) -> None:
    assert is_strict_subtype(*pair, is_named_subtype) is SUBTYPES[pair]


def test_parts_of_references() -> None:
    assert named_type("[[Int!]]!") == "Int"
    assert nullable("[Int!]!") == "[Int!]"
    assert item_type("[Int!]!") == "Int!"


VALUES = ('"a\\"b"', "1", "1.5", "true", "null", "RED", '[1, "x"]', "{a: 1, b: {c: [RED]}}")


@pytest.mark.parametrize("text", VALUES)
def test_values_print_as_they_are_read(text: str) -> None:
    assert print_value(parse_const_value(text)) == text


def test_values_compare_without_order_of_fields_and_form_of_numbers() -> None:
    assert same_value(parse_const_value("{a: 1, b: 2}"), parse_const_value("{b: 2, a: 1.0}"))
    assert not same_value(parse_const_value("[1, 2]"), parse_const_value("[2, 1]"))
    assert not same_value(parse_const_value('"A"'), parse_const_value("A"))
    assert not same_value(None, parse_const_value("null"))
    assert normal_form(parse_const_value('"""A"""')) == '"A"'


@pytest.mark.parametrize("value", [None, True, 3, 1.5, "x", [1, ["a"]], {"a": {"b": None}}])
def test_values_go_to_python_and_back(value: object) -> None:
    assert to_python(make(value)) == value


def test_versions() -> None:
    assert Version.parse("v2.10") == Version(2, 10) > Version(2, 9)
    assert Version.parse("2.1") is None
    assert str(Version(0, 3)) == "v0.3"
    assert Version(2, 4).satisfies(Version(2, 1))
    assert not Version(2, 1).satisfies(Version(2, 4))
    assert not Version(0, 3).satisfies(Version(0, 2))
    assert not Version(2, 0).satisfies(Version(1, 0))


SDL = '''
"""The graph."""
schema @tag(name: "s") { query: Q }
directive @d("why" a: [Int!] = [1], b: String) repeatable on FIELD | OBJECT
"A thing."
interface Node { id: ID! }
type Q implements Node @d(a: [2]) { id: ID! "All of them." list("How many." first: Int = 5, after: String): [Node] @d }
union U @d = Q | T
type T { x: Int }
enum E { "first" A B @deprecated(reason: "old") }
input I { a: Int = 1 @d, b: [E!] = [A] }
scalar S @specifiedBy(url: "http://s")
extend type T @d { y: Int }
extend enum E { C }
extend type Alone { z: Int }
'''


def test_printing_and_reading_again_gives_the_same() -> None:
    printed = print_schema(SchemaReader().read(parse(SDL)))
    again = print_schema(SchemaReader().read(parse(printed)))
    assert printed == again
    for text in (
        '"""The graph."""',
        '@tag(name: "s")',
        "y: Int",
        "union U\n  @d\n  = Q | T",
        "first: Int = 5",
        "C\n",
    ):
        assert text in printed


def test_extensions_are_remembered_as_parts() -> None:
    reader = SchemaReader()
    schema = reader.read(parse(SDL))
    assert reader.problems == []
    thing, alone = schema.types["T"], schema.types["Alone"]
    assert (thing.is_defined, thing.is_extended, alone.is_defined, alone.is_extended) == (
        True,
        True,
        False,
        True,
    )
    assert [field.part for field in thing.fields.values()] == [0, 1]
    assert [use.part for use in thing.directives] == [1]
    assert [field.part for field in alone.fields.values()] == [1]
    assert schema.roots == {"query": "Q"}
    assert schema.possible_types("Node") == {"Q"}
    assert schema.possible_types("U") == {"Q", "T"}
    assert [each.name for each in schema.of_kind(Kind.ENUM)] == ["E"]


REPEATED = {
    "schema { query: Q } schema { mutation: M }": "only one schema definition",
    "schema { query: Q query: R }": "only one query type",
    "type A { x: Int } type A { x: Int }": 'only one type named "A"',
    "type A { x: Int x: Int }": '"A.x" can only be defined once',
    "type A { x(a: Int, a: Int): Int }": '"A.x(a:)" can only be defined once',
    "enum A { X X }": '"A.X" can only be defined once',
    "input A { x: Int x: Int }": '"A.x" can only be defined once',
    "union A = B | B": "only include type B once",
    "directive @d on FIELD directive @d on FIELD": 'only one directive named "@d"',
    "scalar A extend type A { x: Int }": "Cannot extend non-type",
    "{ x }": "not executable in a schema",
}


@pytest.mark.parametrize("sdl", REPEATED)
def test_tells_what_it_cannot_keep(sdl: str) -> None:
    reader = SchemaReader()
    reader.read(parse(sdl))
    ((message, _),) = reader.problems
    assert REPEATED[sdl] in message
