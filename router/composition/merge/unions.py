"""Union types: the members of all subgraphs together."""

from router.composition.merge.context import MergeContext, Sources
from router.composition.merge.join import join_union_members
from router.federation.schema import TypeDefinition


def merge_union(context: MergeContext, sources: Sources[TypeDefinition], target: TypeDefinition) -> None:
    """Hints at members that some subgraph lacks."""
    join_union_members(context, sources, target)
    for member in target.members:
        present = [index for index, source in sources.items() if member in source.members]
        if len(present) < len(sources):
            missing = [index for index in sources if index not in present]
            context.hint(
                "INCONSISTENT_UNION_MEMBER",
                f'Union type "{target.name}" includes member type "{member}" in some but not all defining subgraphs: '
                f"{context.presence(member, present, missing)}.",
                sources,
            )
