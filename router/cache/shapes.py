"""The shapes of the operations of one subgraph, each worked out once."""

import logging
from collections import OrderedDict
from typing import Any, Final

import msgspec
from graphql import GraphQLError, OperationDefinitionNode, parse

from router.cache.field_ids import skeleton, skeleton_variables
from router.cache.forms import add_forms
from router.cache.operation_text import write_operations
from router.cache.read_operation import NotCacheableError, Reader
from router.cache.shape import Member, Selection, Shape, selections

_log: Final = logging.getLogger(__name__)
_MOST: Final = 2000
_VARIABLES: Final = b',"variables":'


class _Query(msgspec.Struct, gc=False):
    query: str
    operation_name: str | None = msgspec.field(name="operationName", default=None)


class _Variables(msgspec.Struct, gc=False):
    variables: dict[str, Any] = {}


_read_query: Final = msgspec.json.Decoder(_Query).decode
_read_variables: Final = msgspec.json.Decoder(_Variables).decode


class Shapes:
    """Remembers what was asked for last. None stands for what the cache has nothing to do with."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._known: OrderedDict[bytes, Shape | None] = OrderedDict()

    def of(self, body: bytes) -> Shape | None:
        """By the body of a request, up to its variables: a quotation mark inside the query would have a backslash before it."""
        head = body.partition(_VARIABLES)[0]
        if head in self._known:
            return self._known[head]
        shape = self._find(body)
        self._known[head] = shape
        if len(self._known) > _MOST:
            self._known.popitem(last=False)
        return shape

    def _find(self, body: bytes) -> Shape | None:
        text = _read_query(body).query
        try:
            document = parse(text, no_location=True)
            [operation] = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
            shape = self._reader.read(document, operation)
            complete(shape, operation)
        except (NotCacheableError, GraphQLError, RecursionError) as error:
            _log.debug("not cached: %s: %s", error, text)
            return None
        concerned = shape.is_mutation or any(
            member.policy is not None
            for selection in selections(shape)
            for case in selection.cases.values()
            for member in case.members
        )
        return shape if concerned else None


def complete(shape: Shape, operation: OperationDefinitionNode) -> None:
    """Adds what follows from the selections: skeletons, operations, classes."""
    for selection in selections(shape):
        for case in selection.cases.values():
            for member in case.members:
                if member.below is not None:
                    member.listed = tuple(sorted(listed(member.below, is_list=member.depth > 0)))
                    member.refers = _refers(member)
                if member.below is not None and member.below.has_values:
                    member.skeleton = skeleton(member.below)
                    member.variables = tuple(dict.fromkeys(skeleton_variables(member.below)))
    write_operations(shape, operation)
    add_forms(shape)
    outer = [shape.root] if shape.root is not None else [
        case for top in shape.tops for case in top.selection.cases.values()
    ]  # fmt: skip
    shape.useful = any(
        member.policy is not None or member.can_be_skimmed for case in outer for member in case.members
    )


def _refers(member: Member) -> tuple[str, ...]:
    if member.below is None or member.depth:
        return ()
    return tuple(sorted(case.typename for case in member.below.cases.values() if case.identity is not None))


def listed(selection: Selection, *, is_list: bool) -> set[str]:
    """The types of the entities that stand in lists, as far as these are part of one value."""
    found = set()
    for case in selection.cases.values():
        if case.identity is not None:
            found |= {case.typename} if is_list else set()
            continue
        for member in case.members:
            if member.below is not None:
                found |= listed(member.below, is_list=is_list or member.depth > 0)
    return found


def variables_of(body: bytes) -> dict[str, Any]:
    """Of a request that this router has written."""
    return _read_variables(body).variables
