"""The rule of merging: what it refuses is what graphql-core's refuses, and its work grows with the document only."""

import random

import pytest
from graphql import OverlappingFieldsCanBeMergedRule, build_schema, parse, validate

from router.operation.overlapping_fields import OverlappingFieldsRule

SCHEMA = build_schema(
    """
    type Query { dog: Dog cat: Cat pet: Pet pets(first: Int): [Pet!] any: Any node: Node }
    interface Node { id: ID! }
    interface Pet { id: ID! name(of: Int): String friend(of: Int): Pet owner: Person }
    type Dog implements Pet & Node { id: ID! name(of: Int): String friend(of: Int): Dog owner: Person size: Int nick: String }
    type Cat implements Pet & Node { id: ID! name(of: Int): String friend(of: Int): Cat owner: Person size: String nick: String! }
    type Person implements Node { id: ID! name(of: Int): String pets: [Pet] size: [Int] }
    union Any = Dog | Cat | Person
    """
)
FIELDS = (
    "id",
    "name",
    "name(of: 1)",
    "friend",
    "friend(of: 1)",
    "owner",
    "size",
    "nick",
    "pets",
    "dog",
    "pet",
    "any",
)
COMPOSITE = ("friend", "owner", "pets", "dog", "pet", "any", "node", "cat")
TYPES = ("Dog", "Cat", "Person", "Pet", "Node", "Any")


def errors(text: str) -> list[str]:
    return [each.message for each in validate(SCHEMA, parse(text), [OverlappingFieldsRule])]


def random_selections(rnd: random.Random, depth: int, fragments: int) -> str:
    parts = []
    for _ in range(rnd.randint(1, 4)):
        kind = rnd.random()
        if kind < 0.2 and depth:
            parts.append(f"... on {rnd.choice(TYPES)} {random_selections(rnd, depth - 1, fragments)}")
        elif kind < 0.35 and fragments:
            parts.append(f"...F{rnd.randrange(fragments)}")
        else:
            field = rnd.choice(FIELDS)
            alias = f"{rnd.choice('ab')}: " if rnd.random() < 0.3 else ""
            is_composite = field.split("(")[0] in COMPOSITE
            below = random_selections(rnd, depth - 1, fragments) if is_composite and depth else ""
            parts.append(f"{alias}{field} {below}" if below or not is_composite else "id")
    return "{ " + " ".join(parts) + " }"


def random_document(seed: int) -> str:
    rnd = random.Random(seed)
    fragments = [
        f"fragment F{number} on {rnd.choice(TYPES)} {random_selections(rnd, 2, number)}"
        for number in range(3)
    ]
    spread = " ".join(f"...F{number}" for number in range(3))
    return f"{{ dog {random_selections(rnd, 3, 3)} any {{ {spread} }} }} " + " ".join(fragments)


@pytest.mark.parametrize("seed", range(0, 3000, 100))
def test_refuses_what_the_plain_rule_refuses(seed: int) -> None:
    for each in range(seed, seed + 100):
        text = random_document(each)
        document = parse(text)
        plain = validate(SCHEMA, document, [OverlappingFieldsCanBeMergedRule])
        assert bool(validate(SCHEMA, document, [OverlappingFieldsRule])) == bool(plain), text


@pytest.mark.parametrize(
    ("selections", "reason"),
    [
        ("{ dog { a: id a: name } }", "Fields 'a' conflict because 'id' and 'name' are different fields."),
        ("{ dog { name name(of: 1) } }", "Fields 'name' conflict because they have differing arguments."),
        ("{ dog { friend { a: id } } dog { friend { a: name } } }", "'id' and 'name' are different fields"),
        ("{ any { ... on Dog { size } ... on Cat { size } } }", "conflicting types 'Int' and 'String'"),
        ("{ any { ... on Dog { nick } ... on Cat { nick } } }", "conflicting types 'String' and 'String!'"),
        ("{ any { ... on Dog { size } ... on Person { size } } }", "conflicting types 'Int' and '[Int]'"),
        (
            "{ dog { ...A ...B } } fragment A on Dog { x: id } fragment B on Pet { x: name }",
            "different fields",
        ),
    ],
)
def test_says_why(selections: str, reason: str) -> None:
    [error] = errors(selections)
    assert reason in error
    assert error.endswith("Use different aliases on the fields to fetch both if this was intentional.")


@pytest.mark.parametrize(
    "selections",
    [
        "{ dog { name(of: 1) name(of: 1) friend { id } friend { name } } }",
        "{ any { ... on Dog { a: id } ... on Cat { a: id } } }",
        "{ any { ... on Dog { name } ... on Person { name(of: 1) } } }",
        "{ unknown { id } dog { ...Nothing unknown } }",
        "{ dog { ...A } } fragment A on Dog { friend { ...B } } fragment B on Dog { friend { ...A } }",
    ],
)
def test_lets_through(selections: str) -> None:
    assert errors(selections) == []


@pytest.mark.parametrize(
    "text",
    [
        "{" + "dog { id } " * 5_000 + "}",
        "{ dog {" + "friend { friend { id } } " * 3_000 + "} }",
        "{ dog {"
        + " ".join(f"...F{n}" for n in range(900))
        + "} }"
        + " ".join(f"fragment F{n} on Dog {{ friend {{ id }} }}" for n in range(900)),
        "{ dog { ...F0 } }"
        + " ".join(
            f"fragment F{n} on Dog {{ a: friend {{ ...F{n + 1} }} b: friend {{ ...F{n + 1} }} }}"
            for n in range(90)
        )
        + " fragment F90 on Dog { id }",
    ],
)
def test_the_work_grows_with_the_document(text: str) -> None:
    rules: list[OverlappingFieldsRule] = []

    class Kept(OverlappingFieldsRule):
        def __init__(self, context: object) -> None:
            super().__init__(context)
            rules.append(self)

    assert validate(SCHEMA, parse(text), [Kept]) == []
    assert rules[0]._comparisons < 5 * len(text.split())


def test_gives_up_where_types_multiply_the_work() -> None:
    members = " ".join(f"type T{n} implements I {{ x: Int }}" for n in range(400))
    schema = build_schema(f"type Query {{ i: I }} interface I {{ x: Int }} {members}")
    everywhere = " x" * 400 + " ".join(f" ... on T{n} {{ x }}" for n in range(400))
    [error] = validate(schema, parse(f"{{ i {{ {everywhere} }} }}"), [OverlappingFieldsRule])
    assert error.message == "The selections overlap too often to be compared."
