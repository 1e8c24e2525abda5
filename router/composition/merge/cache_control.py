"""@cacheControl: how long answers may be kept is said per subgraph, so the supergraph keeps it per subgraph."""

from router.composition.merge.composed_directives import ComposedDirective, Feature
from router.composition.merge.context import MergeContext
from router.composition.subgraph_schema import SubgraphSchema

NAME = "cacheControl"


def find_cache_control(
    context: MergeContext, custom: list[ComposedDirective]
) -> tuple[ComposedDirective, ...]:
    """The directive for @join__directive, where subgraphs link a specification of the name, under any URL.

    Those that ask for @composeDirective as well have the plain form too: @join__directive then stands only where
    the plain form would not say the same for every subgraph.
    """
    names = {
        index: name
        for index, subgraph in enumerate(context.subgraphs)
        if (name := _local_name(subgraph)) is not None
    }
    if not names:
        return ()
    plain = next((each for each in custom if each.origin == NAME), None)
    return (ComposedDirective(Feature(""), NAME, NAME, names, joined_name=NAME, plain=plain),)


def _local_name(subgraph: SubgraphSchema) -> str | None:
    for link in subgraph.links.links:
        if link.name == NAME or f"@{NAME}" in link.imports:
            name = link.directive(NAME)
            return name if name in subgraph.schema.directives else None
    return None
