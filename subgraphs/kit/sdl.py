"""The schema of a subgraph as text, for schema/subgraphs/ and composition."""

from strawberry.printer import print_schema

from subgraphs.kit.service import Service


def export(service: Service) -> str:
    """Federation 2 SDL: the same text in every process."""
    return print_schema(service.schema).rstrip() + "\n"
