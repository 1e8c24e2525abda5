"""From the supergraph to what clients see: without joins, links and what is inaccessible."""

from dataclasses import replace
from typing import TypeVar

from router.composition.coercion import coerce_fully
from router.federation.schema import DirectiveUse, Element, InputValue, Schema, TypeDefinition

E = TypeVar("E", bound=Element)

SHOWN_DIRECTIVES = frozenset({"deprecated", "specifiedBy"})
EXECUTABLE = frozenset(
    {
        "QUERY",
        "MUTATION",
        "SUBSCRIPTION",
        "FIELD",
        "FRAGMENT_DEFINITION",
        "FRAGMENT_SPREAD",
        "INLINE_FRAGMENT",
        "VARIABLE_DEFINITION",
    }
)


def api_schema(
    supergraph: Schema,
    linked_types: frozenset[str],
    linked_directives: frozenset[str],
    inaccessible: str | None,
) -> Schema:
    """What linked features define is left out; `inaccessible` is the name of that directive."""

    def hidden(element: Element) -> bool:
        return inaccessible is not None and element.use(inaccessible) is not None

    hidden_types = {name for name, each in supergraph.types.items() if name in linked_types or hidden(each)}
    result = Schema(roots={kind: name for kind, name in supergraph.roots.items() if name not in hidden_types})
    result.definition.description = supergraph.definition.description
    for name, definition in supergraph.types.items():
        if name not in hidden_types:
            result.types[name] = _visible_type(supergraph, definition, hidden_types, inaccessible)
    for name, directive in supergraph.directives.items():
        locations = tuple(each for each in directive.locations if each in EXECUTABLE)
        if locations and name not in linked_directives:
            arguments = {
                key: _shown_input(supergraph, each)
                for key, each in directive.arguments.items()
                if not hidden(each)
            }
            result.directives[name] = replace(directive, locations=locations, arguments=arguments)
    return result


def _visible_type(
    schema: Schema, definition: TypeDefinition, hidden: set[str], inaccessible: str | None
) -> TypeDefinition:
    def visible(element: Element) -> bool:
        return inaccessible is None or element.use(inaccessible) is None

    fields = {}
    for name, field in definition.fields.items():
        if visible(field):
            arguments = {
                key: _shown_input(schema, each) for key, each in field.arguments.items() if visible(each)
            }
            fields[name] = replace(field, arguments=arguments, directives=_directives(field))
    return replace(
        definition,
        directives=_directives(definition),
        fields=fields,
        interfaces={name: 0 for name in definition.interfaces if name not in hidden},
        members={name: 0 for name in definition.members if name not in hidden},
        values={name: _shown(each) for name, each in definition.values.items() if visible(each)},
        input_fields={
            name: _shown_input(schema, each)
            for name, each in definition.input_fields.items()
            if visible(each)
        },
    )


def _shown(element: E) -> E:
    return replace(element, directives=_directives(element))


def _shown_input(schema: Schema, value: InputValue) -> InputValue:
    shown = _shown(value)
    if shown.default is not None:
        shown.default = coerce_fully(schema, shown.default, shown.type)
    return shown


def _directives(element: Element) -> list[DirectiveUse]:
    return [use for use in element.directives if use.name in SHOWN_DIRECTIVES]
