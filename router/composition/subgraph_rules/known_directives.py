"""Every directive that is applied exists."""

from collections.abc import Iterator
from difflib import get_close_matches

from router.composition.problem import CompositionProblem, join_words
from router.composition.subgraph_rules.applied_directives import BUILT_IN, elements_with_locations
from router.composition.subgraph_schema import SubgraphSchema
from router.federation import specification
from router.federation.schema import DirectiveUse

CONNECTOR_ARGUMENTS = {"source": ("name", "http"), "connect": ("selection",)}
"""What the connect specification demands. The rest of it is for the routers that implement it."""


def known_directives(subgraph: SubgraphSchema) -> Iterator[CompositionProblem]:
    """Says how to have those that Federation knows."""
    for element, _ in elements_with_locations(subgraph):
        for use in element.directives:
            if use.name not in subgraph.schema.directives and use.name not in BUILT_IN:
                origin = subgraph.connector_origin(use.name)
                if origin is not None:
                    yield from _missing_arguments(subgraph, use, CONNECTOR_ARGUMENTS.get(origin, ()))
                    continue
                message = f'Unknown directive "@{use.name}".{_advice(subgraph, use.name)}'
                yield subgraph.problem("INVALID_GRAPHQL", message, use.node)


def _missing_arguments(
    subgraph: SubgraphSchema, use: DirectiveUse, required: tuple[str, ...]
) -> Iterator[CompositionProblem]:
    for name in required:
        if name not in use.arguments:
            message = f'Directive "@{use.name}" argument "{name}" is required, but it was not provided.'
            yield subgraph.problem("INVALID_GRAPHQL", message, use.node)


def _advice(subgraph: SubgraphSchema, name: str) -> str:
    if name in specification.DIRECTIVES:
        if not subgraph.is_federation_2:
            return (
                f' If you meant the "@{name}" directive of Federation 2: this schema is one of Federation 1. '
                "Link the Federation 2 specification to use it."
            )
        local = subgraph.directive_names.get(name)
        if local is None:
            return f" Federation {subgraph.version} does not have it: link a later version."
        return f' If you meant the federation directive, call it "@{local}" or import it in the @link.'
    known = [*subgraph.schema.directives, *BUILT_IN]
    close = [f'"@{each}"' for each in get_close_matches(name, known, n=2, cutoff=0.75)]
    return f" Did you mean {join_words(close, 'or')}?" if close else ""
