"""@context and @fromContext: which types set a context, and what an argument reads from it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from graphql import SelectionSetNode

from router.composition.field_targets import walk_selections
from router.composition.subgraph_schema import SubgraphSchema
from router.federation.field_set import FieldSetSyntaxError, parse_field_set
from router.federation.schema import DirectiveUse, Field, InputValue, Kind, TypeDefinition
from router.federation.value import text_of

REFERENCE = re.compile(r"^\s*\$\s*([A-Za-z_]\w*)(.*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ContextReference:
    """One argument with @fromContext. `selection` is the text after the name of the context."""

    field: Field
    argument: InputValue
    use: DirectiveUse
    context: str | None
    selection: str

    def parse(self) -> SelectionSetNode | None:
        """The selection, None where it cannot be read."""
        try:
            return parse_field_set(self.selection)
        except FieldSetSyntaxError:
            return None


def context_name(subgraph: SubgraphSchema, name: str) -> str:
    """What the supergraph calls a context: contexts of different subgraphs are different."""
    return f"{subgraph.name}__{name}"


def context_types(subgraph: SubgraphSchema) -> dict[str, list[TypeDefinition]]:
    """The types that set each context."""
    found: dict[str, list[TypeDefinition]] = {}
    for definition in subgraph.schema.of_kind(Kind.OBJECT, Kind.INTERFACE, Kind.UNION):
        for use in subgraph.uses(definition, "context"):
            name = text_of(use.arguments.get("name"))
            if name is not None:
                found.setdefault(name, []).append(definition)
    return found


def context_references(subgraph: SubgraphSchema) -> Iterator[ContextReference]:
    """The arguments of fields that read a context."""
    if "fromContext" not in subgraph.directive_names:
        return
    for field, argument in subgraph.arguments():
        if argument.directives:
            use = subgraph.use(argument, "fromContext")
            if use is not None:
                yield read_reference(field, argument, use)


def read_reference(field: Field, argument: InputValue, use: DirectiveUse) -> ContextReference:
    """Takes `$name { selection }` apart."""
    match = REFERENCE.match(text_of(use.arguments.get("field")) or "")
    name, selection = (match[1], match[2]) if match else (None, "")
    return ContextReference(field, argument, use, name, selection)


def context_fields(subgraph: SubgraphSchema) -> frozenset[str]:
    """The coordinates that @fromContext selects."""
    types: dict[str, list[TypeDefinition]] | None = None
    found: set[str] = set()
    for reference in context_references(subgraph):
        types = context_types(subgraph) if types is None else types
        selections = reference.parse()
        if selections is None:
            continue
        for definition in types.get(reference.context or "", ()):
            fields = walk_selections(subgraph.schema, definition, selections, with_implementations=True)
            found |= {field.coordinate for field in fields}
    return frozenset(found)
