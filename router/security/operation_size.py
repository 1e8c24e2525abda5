"""How large an operation is, once its fragments are written out."""

from collections.abc import Mapping
from typing import NamedTuple

from graphql import (
    DocumentNode,
    ExecutableDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

from router.errors import ClientError


class OperationSize(NamedTuple):
    """`depth`: fields in fields. `fields`: all of them, those of a fragment as often as it is spread."""

    depth: int
    fields: int


def measure(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> OperationSize:
    """Of an operation of a valid document, in the time that reading the document takes."""
    return _Measure(fragments).of(operation.selection_set)


def refuse_wide_document(document: DocumentNode, limit: OperationSize) -> None:
    """Before validation, which takes long on what is too large anyway. Raises ClientError MAX_FIELDS_EXCEEDED."""
    fields = 0
    pending: list[SelectionSetNode] = [
        node.selection_set for node in document.definitions if isinstance(node, ExecutableDefinitionNode)
    ]
    while pending:
        for each in pending.pop().selections:
            fields += isinstance(each, FieldNode)
            below: SelectionSetNode | None = getattr(each, "selection_set", None)
            if below is not None:
                pending.append(below)
    refuse_size(OperationSize(0, fields), limit)


def refuse_size(size: OperationSize, limit: OperationSize) -> None:
    """Raises ClientError MAX_DEPTH_EXCEEDED or MAX_FIELDS_EXCEEDED."""
    if size.depth > limit.depth:
        raise ClientError(
            "MAX_DEPTH_EXCEEDED",
            f"The operation is {size.depth} levels deep, and at most {limit.depth} are allowed. Split it into several.",
        )
    if size.fields > limit.fields:
        raise ClientError(
            "MAX_FIELDS_EXCEEDED",
            f"The operation has {size.fields} fields with its fragments written out, and at most {limit.fields} are "
            "allowed. Split it into several.",
        )


class _Measure:
    """Looks at each fragment once, however often it is spread."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._known: dict[str, OperationSize] = {}

    def of(self, selections: SelectionSetNode) -> OperationSize:
        """The deepest selection, and the sum of all."""
        sizes = [self._of_selection(selection) for selection in selections.selections]
        return OperationSize(
            max((size.depth for size in sizes), default=0), sum(size.fields for size in sizes)
        )

    def _of_selection(self, selection: SelectionNode) -> OperationSize:
        if isinstance(selection, FieldNode):
            below = self.of(selection.selection_set) if selection.selection_set else OperationSize(0, 0)
            return OperationSize(below.depth + 1, below.fields + 1)
        if isinstance(selection, InlineFragmentNode):
            return self.of(selection.selection_set)
        assert isinstance(selection, FragmentSpreadNode)  # noqa: S101 - the grammar has no fourth selection
        name = selection.name.value
        if name not in self._known:
            self._known[name] = self.of(self._fragments[name].selection_set)
        return self._known[name]
