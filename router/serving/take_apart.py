"""Frees a supergraph bit by bit and without a garbage collection: its types refer to each other in circles."""

from collections.abc import Iterable
from contextlib import suppress
from types import FunctionType
from typing import Any

from graphql import DocumentNode, GraphQLSchema, is_introspection_type, is_specified_scalar_type

from router.federation.supergraph import Supergraph


def take_apart(supergraph: Supergraph) -> None:
    """For one that nobody uses any more; meant for a thread, in which the largest step is some milliseconds.

    Every circle in a schema goes through a named type, or through the functions that made its fields when first asked.
    """
    for value in tuple(vars(supergraph).values()):
        if isinstance(value, GraphQLSchema):
            own = [each for each in value.type_map.values() if not _is_shared(each)]
            for type_ in own:
                _cut(vars(type_).values())
            forget((*own, value))
        elif isinstance(value, DocumentNode):
            forget(value.definitions)
        elif isinstance(value, dict):
            while value:
                value.popitem()
    forget((supergraph,))


def forget(objects: Iterable[object]) -> None:
    """Takes their attributes away, one object after another."""
    for each in objects:
        vars(each).clear()


def _cut(values: Iterable[object]) -> None:
    """Takes from functions what they have of the functions around them."""
    for function in values:
        if isinstance(function, FunctionType):
            for cell in function.__closure__ or ():
                with suppress(ValueError):  # empty
                    inner = cell.cell_contents
                    del cell.cell_contents
                    _cut((inner,))


def _is_shared(type_: Any) -> bool:
    """Schemas have these in common, those of other supergraphs too."""
    return is_specified_scalar_type(type_) or is_introspection_type(type_)
