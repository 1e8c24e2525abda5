"""Between checking a subgraph and merging it: the subgraph protocol goes, root types get their usual names."""

import re

from router.composition.subgraph_schema import PROTOCOL_TYPES, SubgraphSchema
from router.federation.schema import ROOT_NAMES, Kind, TypeDefinition

PROTOCOL_FIELDS = ("_service", "_entities")


def remove_protocol(subgraph: SubgraphSchema) -> None:
    """Drops what every subgraph has for the router's sake: `_service`, `_entities` and their types."""
    schema = subgraph.schema
    query = schema.types.get(schema.roots.get("query", "Query"))
    if query is not None:
        for name in PROTOCOL_FIELDS:
            query.fields.pop(name, None)
    for name in PROTOCOL_TYPES:
        schema.types.pop(name, None)


def normalize_roots(subgraph: SubgraphSchema) -> None:
    """Renames root types, and adds the Query type that the subgraph protocol implies."""
    schema = subgraph.schema
    for operation, name in list(schema.roots.items()):
        if name != ROOT_NAMES[operation]:
            _rename(subgraph, name, ROOT_NAMES[operation])
            schema.roots[operation] = ROOT_NAMES[operation]
    if "Query" not in schema.types:
        schema.types["Query"] = TypeDefinition("Query", "Query", kind=Kind.OBJECT)
        schema.roots["query"] = "Query"
    subgraph.forget()


def _rename(subgraph: SubgraphSchema, old: str, new: str) -> None:
    schema = subgraph.schema
    pattern = re.compile(rf"\b{re.escape(old)}\b")
    schema.types = {new if name == old else name: each for name, each in schema.types.items()}
    renamed = schema.types[new]
    renamed.name = renamed.coordinate = new
    for field in renamed.fields.values():
        field.parent = new
        field.coordinate = f"{new}.{field.name}"
        for argument in field.arguments.values():
            argument.coordinate = f"{field.coordinate}({argument.name}:)"
    for definition in schema.types.values():
        for field in definition.fields.values():
            if old in field.type:
                field.type = pattern.sub(new, field.type)
        definition.members = {new if name == old else name: part for name, part in definition.members.items()}
