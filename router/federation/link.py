"""`@link` and its forerunner `@core`: which specifications a schema uses, and what it calls their elements."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from graphql import ListValueNode, Node, ObjectValueNode, StringValueNode, ValueNode

from router.federation.schema import DirectiveUse, Schema
from router.federation.value import print_value, text_of
from router.federation.version import Version

LINK_IDENTITY = "https://specs.apollo.dev/link"
CORE_IDENTITY = "https://specs.apollo.dev/core"
FEDERATION_IDENTITY = "https://specs.apollo.dev/federation"
APOLLO_SPECIFICATIONS = "https://specs.apollo.dev"

_NAME = re.compile(r"^[_A-Za-z][_0-9A-Za-z]*$")
IMPORT_FORM = 'values should be either strings or input object values of the form { name: "<importedElement>", as: "<alias>" }'


@dataclass(frozen=True, slots=True)
class LinkProblem:
    """What is wrong with a @link, with the code that composition reports."""

    code: str
    message: str
    node: Node | None


@dataclass(frozen=True, slots=True)
class Link:
    """One linked specification. Names of directives start with `@` in `imports`, as they do in the SDL."""

    url: str
    identity: str
    name: str
    version: Version
    alias: str | None = None
    imports: dict[str, str] = field(default_factory=dict)
    """Name in the specification to the name in this schema."""
    purpose: str | None = None
    node: Node | None = None

    @property
    def namespace(self) -> str:
        """What the names of elements that are not imported start with."""
        return self.alias or self.name

    def directive(self, name: str) -> str:
        """What this schema calls a directive of the specification, without `@`."""
        imported = self.imports.get(f"@{name}")
        if imported is not None:
            return imported[1:]
        return self.namespace if name == self.name else f"{self.namespace}__{name}"

    def type(self, name: str) -> str:
        """What this schema calls a type of the specification."""
        return self.imports.get(name) or f"{self.namespace}__{name}"

    def owns_directive(self, name: str) -> bool:
        """Whether a directive of this schema, named without `@`, comes from the specification."""
        return self.directive_origin(name) is not None

    def directive_origin(self, name: str) -> str | None:
        """The name in the specification of a directive of this schema."""
        for original, local in self.imports.items():
            if local == f"@{name}":
                return original[1:]
        if name == self.namespace:
            return self.name
        prefix = f"{self.namespace}__"
        return name[len(prefix) :] if name.startswith(prefix) else None

    def owns_type(self, name: str) -> bool:
        return name in self.imports.values() or name.startswith(f"{self.namespace}__")


@dataclass(slots=True)
class Links:
    """All that a schema links."""

    links: list[Link] = field(default_factory=list)
    problems: list[LinkProblem] = field(default_factory=list)
    directive: str | None = None
    """The name of the @link (or @core) directive here; None where the schema links nothing."""

    def by_identity(self, identity: str) -> Link | None:
        return next((link for link in self.links if link.identity == identity), None)

    @property
    def federation(self) -> Link | None:
        return self.by_identity(FEDERATION_IDENTITY)

    def of_directive(self, name: str) -> Link | None:
        """The link that a directive of this schema comes from."""
        for link in self.links:
            if f"@{name}" in link.imports.values():
                return link
        return next((link for link in self.links if link.owns_directive(name)), None)

    def of_type(self, name: str) -> Link | None:
        return next((link for link in self.links if link.owns_type(name)), None)


def read_links(schema: Schema) -> Links:
    """Everything that the schema definition links. Wrong links are left out and told in `problems`."""
    result = Links(directive=_link_directive(schema))
    if result.directive is None:
        return result
    for use in schema.definition.uses(result.directive):
        _read_link(use, result)
    return result


def split_url(url: str) -> tuple[str, str, str] | None:
    """Identity, name and version of a feature's URL."""
    match = re.match(r"^(?P<identity>.*/(?P<name>[^/]+))/(?P<version>[^/]+?)/?$", url)
    return (match["identity"], match["name"], match["version"]) if match else None


def _link_directive(schema: Schema) -> str | None:
    """The directive that links its own specification, or plain `link` where that is left out."""
    for use in schema.definition.directives:
        for argument, identity in (("url", LINK_IDENTITY), ("feature", CORE_IDENTITY)):
            parts = split_url(text_of(use.arguments.get(argument)) or "")
            if parts and parts[0] == identity:
                expected = text_of(use.arguments.get("as")) or identity.rsplit("/", 1)[1]
                if use.name == expected:
                    return use.name
    names = [use.name for use in schema.definition.directives if "url" in use.arguments]
    return "link" if "link" in names else None


def _read_link(use: DirectiveUse, result: Links) -> None:
    node = use.node
    url = text_of(use.arguments.get("url")) or text_of(use.arguments.get("feature"))
    if url is None:
        message = f'Invalid use of @{use.name}: the argument "url" must be a string.'
        result.problems.append(LinkProblem("INVALID_LINK_DIRECTIVE_USAGE", message, node))
        return
    parts = split_url(url)
    if parts is None or "://" not in url:
        result.problems.append(
            LinkProblem("INVALID_LINK_IDENTIFIER", f"Missing path in feature url '{url}'", node)
        )
        return
    version = Version.parse(parts[2])
    if version is None:
        message = f"Expected a version string (of the form v1.2), got {parts[2]}"
        result.problems.append(LinkProblem("INVALID_LINK_IDENTIFIER", message, node))
        return
    imports: dict[str, str] = {}
    for problem in _read_imports(use.arguments.get("import"), imports):
        result.problems.append(LinkProblem("INVALID_LINK_DIRECTIVE_USAGE", problem, node))
    purpose = use.arguments.get("for")
    result.links.append(
        Link(
            url,
            parts[0],
            parts[1],
            version,
            text_of(use.arguments.get("as")),
            imports,
            print_value(purpose) if purpose is not None else None,
            node,
        )
    )


def _read_imports(argument: ValueNode | None, imports: dict[str, str]) -> Iterator[str]:
    if argument is None:
        return
    for value in argument.values if isinstance(argument, ListValueNode) else (argument,):
        if isinstance(value, StringValueNode):
            yield from _add_import(value, value.value, None, imports)
        elif isinstance(value, ObjectValueNode):
            yield from _read_object_import(value, imports)
        else:
            yield f"Invalid sub-value {print_value(value)} for @link(import:) argument: {IMPORT_FORM}."


def _read_object_import(value: ObjectValueNode, imports: dict[str, str]) -> Iterator[str]:
    shown = print_value(value)
    fields = {each.name.value: each.value for each in value.fields}
    for unknown in sorted(fields.keys() - {"name", "as"}):
        yield f'Unknown field "{unknown}" for sub-value {shown} of @link(import:) argument.'
    for key in ("name", "as"):
        if key in fields and text_of(fields[key]) is None:
            yield f'Invalid value for the "{key}" field for sub-value {shown} of @link(import:) argument: must be a string.'
            return
    name = text_of(fields.get("name"))
    if name is None:
        yield f'Invalid sub-value {shown} for @link(import:) argument: missing mandatory "name" field.'
        return
    yield from _add_import(value, name, text_of(fields.get("as")), imports)


def _add_import(value: ValueNode, name: str, alias: str | None, imports: dict[str, str]) -> Iterator[str]:
    shown = print_value(value)
    for field_name, text in (("name", name), ("as", alias)):
        if text is not None and not _NAME.match(text.removeprefix("@")):
            yield (
                f'Invalid value for the "{field_name}" field for sub-value {shown} of @link(import:) argument: '
                "must use a GraphQL name."
            )
            return
    if alias is not None and name.startswith("@") != alias.startswith("@"):
        expected = "must start with '@'" if name.startswith("@") else "must not start with '@'"
        yield f'Invalid @link import renaming: "{name}" and "{alias}" must be of one kind, so the alias {expected}.'
        return
    local = alias or name
    if name in imports and imports[name] != local:
        yield f'Cannot import "{name}" as "{local}" since it was previously imported as "{imports[name]}". Please remove one of these imports.'
        return
    imports[name] = local
