"""The directives of Federation: what each version has, and how each is defined."""

from dataclasses import dataclass

from router.federation.version import Version

TYPE_SYSTEM_LOCATIONS = (
    "FIELD_DEFINITION",
    "OBJECT",
    "INTERFACE",
    "UNION",
    "ARGUMENT_DEFINITION",
    "SCALAR",
    "ENUM",
    "ENUM_VALUE",
    "INPUT_OBJECT",
    "INPUT_FIELD_DEFINITION",
)
AUTHORIZATION_LOCATIONS = ("FIELD_DEFINITION", "OBJECT", "INTERFACE", "SCALAR", "ENUM")
FEDERATION_1 = Version(1, 0)
FIRST = Version(2, 0)
LATEST = Version(2, 14)


@dataclass(frozen=True, slots=True)
class ArgumentSpecification:
    """`type` names types of the specification by their plain name: `FieldSet!`."""

    name: str
    type: str
    default: str | None = None
    since: Version = FEDERATION_1


@dataclass(frozen=True, slots=True)
class DirectiveSpecification:
    """A directive as its specification defines it. `since` is the version of Federation that brought it."""

    name: str
    locations: tuple[str, ...]
    arguments: tuple[ArgumentSpecification, ...] = ()
    since: Version = FIRST
    repeatable_since: Version | None = None
    later_locations: tuple[tuple[Version, str], ...] = ()

    def is_in(self, version: Version) -> bool:
        return version >= self.since

    def is_repeatable_in(self, version: Version) -> bool:
        return self.repeatable_since is not None and version >= self.repeatable_since

    def locations_in(self, version: Version) -> tuple[str, ...]:
        return self.locations + tuple(name for since, name in self.later_locations if version >= since)

    def arguments_in(self, version: Version) -> tuple[ArgumentSpecification, ...]:
        return tuple(argument for argument in self.arguments if version >= argument.since)


FIELDS = ArgumentSpecification("fields", "FieldSet!")

DIRECTIVES = {
    specification.name: specification
    for specification in (
        DirectiveSpecification(
            "key",
            ("OBJECT", "INTERFACE"),
            (FIELDS, ArgumentSpecification("resolvable", "Boolean", "true")),
            FEDERATION_1,
            FEDERATION_1,
        ),
        DirectiveSpecification("requires", ("FIELD_DEFINITION",), (FIELDS,), FEDERATION_1),
        DirectiveSpecification("provides", ("FIELD_DEFINITION",), (FIELDS,), FEDERATION_1),
        DirectiveSpecification(
            "external",
            ("OBJECT", "FIELD_DEFINITION"),
            (ArgumentSpecification("reason", "String"),),
            FEDERATION_1,
        ),
        DirectiveSpecification("extends", ("OBJECT", "INTERFACE"), (), FEDERATION_1),
        DirectiveSpecification(
            "tag",
            TYPE_SYSTEM_LOCATIONS,
            (ArgumentSpecification("name", "String!"),),
            FEDERATION_1,
            FEDERATION_1,
            ((Version(2, 3), "SCHEMA"),),
        ),
        DirectiveSpecification("shareable", ("OBJECT", "FIELD_DEFINITION"), repeatable_since=Version(2, 2)),
        DirectiveSpecification("inaccessible", TYPE_SYSTEM_LOCATIONS),
        DirectiveSpecification(
            "override",
            ("FIELD_DEFINITION",),
            (
                ArgumentSpecification("from", "String!"),
                ArgumentSpecification("label", "String", since=Version(2, 7)),
            ),
        ),
        DirectiveSpecification(
            "composeDirective",
            ("SCHEMA",),
            (ArgumentSpecification("name", "String"),),
            Version(2, 1),
            Version(2, 1),
        ),
        DirectiveSpecification("interfaceObject", ("OBJECT",), (), Version(2, 3)),
        DirectiveSpecification("authenticated", AUTHORIZATION_LOCATIONS, (), Version(2, 5)),
        DirectiveSpecification(
            "requiresScopes",
            AUTHORIZATION_LOCATIONS,
            (ArgumentSpecification("scopes", "[[Scope!]!]!"),),
            Version(2, 5),
        ),
        DirectiveSpecification(
            "policy",
            AUTHORIZATION_LOCATIONS,
            (ArgumentSpecification("policies", "[[Policy!]!]!"),),
            Version(2, 6),
        ),
        DirectiveSpecification(
            "context",
            ("INTERFACE", "OBJECT", "UNION"),
            (ArgumentSpecification("name", "String!"),),
            Version(2, 8),
            Version(2, 8),
        ),
        DirectiveSpecification(
            "fromContext",
            ("ARGUMENT_DEFINITION",),
            (ArgumentSpecification("field", "ContextFieldValue"),),
            Version(2, 8),
        ),
        DirectiveSpecification(
            "cost",
            ("ARGUMENT_DEFINITION", "ENUM", "FIELD_DEFINITION", "INPUT_FIELD_DEFINITION", "OBJECT", "SCALAR"),
            (ArgumentSpecification("weight", "Int!"),),
            Version(2, 9),
        ),
        DirectiveSpecification(
            "listSize",
            ("FIELD_DEFINITION",),
            (
                ArgumentSpecification("assumedSize", "Int"),
                ArgumentSpecification("slicingArguments", "[String!]"),
                ArgumentSpecification("sizedFields", "[String!]"),
                ArgumentSpecification("requireOneSlicingArgument", "Boolean", "true"),
            ),
            Version(2, 9),
        ),
        DirectiveSpecification(
            "cacheTag",
            ("OBJECT", "FIELD_DEFINITION"),
            (ArgumentSpecification("format", "String!"),),
            Version(2, 12),
            Version(2, 12),
        ),
    )
}

TYPES: dict[str, Version] = {
    "FieldSet": FEDERATION_1,
    "Scope": Version(2, 5),
    "Policy": Version(2, 6),
    "ContextFieldValue": Version(2, 8),
}
"""The scalars that the arguments use, with the version that brought each."""

FEDERATION_1_TYPES = {"FieldSet": "_FieldSet"}


def directives_of(version: Version) -> dict[str, DirectiveSpecification]:
    """The directives that a version of Federation has."""
    return {name: each for name, each in DIRECTIVES.items() if each.is_in(version)}


def types_of(version: Version) -> tuple[str, ...]:
    return tuple(name for name, since in TYPES.items() if version >= since)
