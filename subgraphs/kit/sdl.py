"""The schema of a subgraph as text, for schema/subgraphs/ and composition."""

import importlib
import sys
from pathlib import Path
from typing import Final

from graphql import (
    REMOVE,
    FieldDefinitionNode,
    Node,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    UnionTypeDefinitionNode,
    Visitor,
    VisitorAction,
    parse,
    print_ast,
    visit,
)
from strawberry.printer import print_schema

from subgraphs.kit.service import Service

MACHINERY: Final = frozenset({"_Any", "_Entity", "_Service", "_entities", "_service"})


def export(service: Service) -> str:
    """Federation 2 SDL: the same text in every process, without what Federation adds to every subgraph."""
    document = visit(parse(print_schema(service.schema)), _WithoutMachinery())
    return print_ast(document).rstrip() + "\n"


class _WithoutMachinery(Visitor):
    def enter(self, node: Node, *_: object) -> VisitorAction:
        named = (
            FieldDefinitionNode,
            ObjectTypeDefinitionNode,
            ScalarTypeDefinitionNode,
            UnionTypeDefinitionNode,
        )
        return REMOVE if isinstance(node, named) and node.name.value in MACHINERY else None


def main() -> None:
    """Writes the schemas of the named services, for `.venv/bin/python -m subgraphs.kit.sdl accounts ...`."""
    for name in sys.argv[1:]:
        service: Service = importlib.import_module(f"subgraphs.{name}").SERVICE
        Path("schema", "subgraphs", f"{name}.graphql").write_text(export(service))


if __name__ == "__main__":
    main()
