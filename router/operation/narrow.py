"""Selections narrowed to one type, and merged: what a set written for an interface asks of one of its types."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from router.operation.budget import Budget
from router.operation.selection import Conditions, DeferTag, Field, SelectionSet


class Narrowing:
    """Remembers every answer for the life of one planning run, so equal questions give the identical object."""

    def __init__(self, possible_types: Mapping[str, frozenset[str]], budget: Budget | None = None) -> None:
        self._possible = possible_types
        self._budget = budget or Budget()
        self._narrowed: dict[tuple[int, str, frozenset[str] | None], SelectionSet] = {}
        self._merged: dict[tuple[int, ...], SelectionSet] = {}
        self._alive: list[SelectionSet] = []

    def to_object(self, selections: SelectionSet, type_name: str) -> SelectionSet:
        """What is selected on objects of `type_name`."""
        key = (id(selections), type_name, None)
        found = self._narrowed.get(key)
        if found is None:
            fields = (
                replace(each, on=type_name, types=None)
                for each in selections.fields
                if each.types is None or type_name in each.types
            )
            found = self._keep(key, selections, SelectionSet(type_name, self._merge_fields(fields)))
        return found

    def to_types(self, selections: SelectionSet, type_name: str, types: frozenset[str]) -> SelectionSet:
        """What is selected on an abstract type whose values can only be of `types` here."""
        key = (id(selections), type_name, types)
        found = self._narrowed.get(key)
        if found is None:
            own = self._possible.get(selections.type, types)
            self._budget.spend(len(selections.fields))
            fields: list[Field] = []
            for each in selections.fields:
                guard = (own if each.types is None else each.types) & types
                if guard:
                    fields.append(replace(each, types=None if guard == types else guard))
            found = self._keep(key, selections, SelectionSet(type_name, tuple(fields)))
        return found

    def merge(self, sets: Sequence[SelectionSet]) -> SelectionSet:
        """The union of sets on the same type."""
        unique = list({id(each): each for each in sets}.values())
        if len(unique) == 1:
            return unique[0]
        key = tuple(id(each) for each in unique)
        found = self._merged.get(key)
        if found is None:
            fields = self._merge_fields(field for each in unique for field in each.fields)
            found = SelectionSet(unique[0].type, fields)
            self._merged[key] = found
            self._alive.extend(unique)
        return found

    def _merge_fields(self, fields: Iterable[Field]) -> tuple[Field, ...]:
        merged: dict[tuple[str, str, frozenset[str] | None, Conditions, DeferTag | None], Field] = {}
        for each in fields:
            key = (each.key, each.signature, each.types, each.conditions, each.defer)
            before = merged.get(key)
            if before is None:
                merged[key] = each
            elif before.selections is not None and each.selections is not None:
                merged[key] = replace(before, selections=self.merge((before.selections, each.selections)))
        self._budget.spend(len(merged))
        return tuple(merged.values())

    def _keep(
        self, key: tuple[int, str, frozenset[str] | None], source: SelectionSet, answer: SelectionSet
    ) -> SelectionSet:
        self._narrowed[key] = answer
        self._alive.append(source)
        return answer
