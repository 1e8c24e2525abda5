"""How deep an operation goes."""

from collections.abc import Mapping

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from router.errors import ClientError


def refuse_depth(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode], max_depth: int
) -> None:
    """Counts fields in fields, through the fragments of a valid document. Raises ClientError MAX_DEPTH_EXCEEDED."""
    depth = _Depths(fragments).of(operation.selection_set)
    if depth > max_depth:
        raise ClientError(
            "MAX_DEPTH_EXCEEDED",
            f"The operation is {depth} levels deep, and at most {max_depth} are allowed. Split it into several.",
        )


class _Depths:
    """Looks at each fragment once, however often it is spread."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._known: dict[str, int] = {}

    def of(self, selections: SelectionSetNode) -> int:
        """0 for an empty selection."""
        deepest = 0
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                depth = 1 + (self.of(selection.selection_set) if selection.selection_set else 0)
            elif isinstance(selection, InlineFragmentNode):
                depth = self.of(selection.selection_set)
            else:
                assert isinstance(selection, FragmentSpreadNode)  # noqa: S101 - the grammar has no fourth selection
                depth = self._of_fragment(selection.name.value)
            deepest = max(deepest, depth)
        return deepest

    def _of_fragment(self, name: str) -> int:
        if name not in self._known:
            self._known[name] = self.of(self._fragments[name].selection_set)
        return self._known[name]
