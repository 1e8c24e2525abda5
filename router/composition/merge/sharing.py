"""Who resolves a field: several subgraphs may only where each says so."""

from router.composition.merge.context import MergeContext, Overrides, Sources
from router.composition.problem import join_words
from router.federation.schema import Field


def check_sharing(
    context: MergeContext, sources: Sources[Field], target: Field, overrides: Overrides
) -> None:
    """INVALID_FIELD_SHARING where more than one resolves the field and one of them does not share it."""
    resolving: list[tuple[str, bool, int]] = []
    for index, subgraph in enumerate(context.subgraphs) if context.interface_objects else ():
        if index not in sources:
            for field in context.abstracted_fields(target, index):
                if not subgraph.is_fully_external(field):
                    label = f'"{subgraph.name}" (through @interfaceObject field "{field.coordinate}")'
                    resolving.append((label, subgraph.is_shareable(field), index))
    for index, source in sources.items():
        subgraph = context.subgraphs[index]
        if not overrides.is_overridden(index) and not subgraph.is_fully_external(source):
            resolving.append((f'"{subgraph.name}"', subgraph.is_shareable(source), index))
    unshared = [label for label, is_shareable, _ in resolving if not is_shareable]
    if len(resolving) < 2 or not unshared:
        return
    resolving.sort(key=lambda each: each[2])
    everywhere = len(unshared) == len(resolving)
    where = "all of them" if everywhere else _subgraphs(sorted(unshared))
    context.problem(
        "INVALID_FIELD_SHARING",
        f'Non-shareable field "{target.coordinate}" is resolved from multiple subgraphs: it is resolved from '
        f"{_subgraphs([label for label, _, _ in resolving])} and defined as non-shareable in {where}",
        sources,
    )


def _subgraphs(labels: list[str]) -> str:
    return f"subgraph{'s' if len(labels) > 1 else ''} {join_words(labels)}"
