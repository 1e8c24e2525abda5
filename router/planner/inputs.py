"""What is sent of an object: the fields of its representation, and where in the data they are read."""

from dataclasses import replace

from router.operation.selection import Field, SelectionSet
from router.planner.fetch_graph import Requirement
from router.planner.nodes import InputField, InputFragment, InputSelection
from router.planner.place import Place, key_of
from router.planner.response_keys import ResponseKeys


class Inputs:
    """Writes into requirements, with the response keys of one operation."""

    def __init__(self, keys: ResponseKeys) -> None:
        self._keys = keys

    def require(self, requirement: Requirement, field: Field, place: Place, *, is_key: bool = False) -> None:
        """Adds a field that is sent; keys and requirements may name the same."""
        selection = replace(self._input(field, place), is_key=is_key)
        before = requirement.selections.get(selection.source)
        if before is not None:
            is_key = is_key or before.is_key
            selection = replace(
                before, is_key=is_key, selections=_merge_inputs(before.selections, selection.selections)
            )
        requirement.selections[selection.source] = selection

    def _input(self, field: Field, place: Place) -> InputField:
        key = key_of(self._keys, field, place)
        inner = Place(keys=(*place.keys, key), is_own=True)
        return InputField(field.name, key, self._inputs(field.selections, inner) if field.selections else ())

    def _inputs(self, selections: SelectionSet, place: Place) -> tuple[InputSelection, ...]:
        plain = [self._input(each, place) for each in selections.fields if each.types is None]
        guarded: dict[frozenset[str], list[InputSelection]] = {}
        names: dict[frozenset[str], str] = {}
        for each in selections.fields:
            if each.types is not None:
                guarded.setdefault(each.types, []).append(self._input(each, place))
                names.setdefault(each.types, each.on)
        fragments = [InputFragment(names[types], types, tuple(found)) for types, found in guarded.items()]
        return (*plain, *fragments)


def _merge_inputs(
    first: tuple[InputSelection, ...], second: tuple[InputSelection, ...]
) -> tuple[InputSelection, ...]:
    merged: dict[object, InputSelection] = {}
    for each in (*first, *second):
        key = each.name if isinstance(each, InputField) else each.possible_types
        before = merged.get(key)
        if before is None:
            merged[key] = each
        elif isinstance(before, InputField | InputFragment):
            merged[key] = replace(before, selections=_merge_inputs(before.selections, each.selections))
    return tuple(merged.values())
