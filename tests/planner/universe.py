"""A made-up world for any supergraph: the same objects seen by one monolith and by every subgraph on its own.

Every value follows from its object, field and arguments, so the monolith's answer to an operation is the only right
answer of the federated graph. Subgraphs refuse whatever a real one could not know: external fields that nothing
provides, and fields whose @requires did not arrive.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    execute_sync,
    is_composite_type,
    parse,
    validate,
)

from router.federation.subgraph_view import ContextArgument, FieldView
from router.federation.supergraph import Supergraph
from router.operation.normalize import Normalizer
from router.operation.selection import SelectionSet
from router.upstream.in_process import json_response
from router.upstream.subgraph import SubgraphRequest, SubgraphResponse

_OBJECTS_PER_TYPE = 3


@dataclass(frozen=True)
class Thing:
    """One object of the world, as one subgraph or the monolith has it in hand."""

    type: str
    number: int
    provided: tuple[SelectionSet, ...] = ()
    representation: Mapping[str, Any] | None = field(default=None, hash=False, compare=False)


class Universe:
    """The world of one supergraph. `seed` makes another one of the same graph."""

    def __init__(self, supergraph: Supergraph, seed: int = 0, nulls: bool = True) -> None:
        self.supergraph = supergraph
        self._seed = seed
        self._nulls = nulls
        self._keys = self._key_fields()
        self._possible: dict[tuple[str, str], tuple[str, ...]] = {}

    def monolith(
        self, operation: str, variables: dict[str, Any] | None = None, name: str | None = None
    ) -> Any:
        """What one server with all the data answers."""
        roots = self.supergraph.schema
        result = execute_sync(
            roots,
            parse(operation),
            root_value=None,
            variable_values=variables,
            operation_name=name,
            field_resolver=lambda source, info, **args: self._resolve(source, info, args),
            type_resolver=lambda value, _info, _type: value.type,
        )
        assert not result.errors, result.errors
        return result.data

    def value(self, thing: Thing, name: str, args: Mapping[str, Any]) -> Any:
        """The value of a field: leaves as JSON, objects as Things."""
        definition: GraphQLField = self.supergraph.schema.type_map[thing.type].fields[name]
        salt = (
            f"{self._seed}|{thing.type}|{thing.number}|{name}|{json.dumps(args, sort_keys=True, default=str)}"
        )
        is_key = name in self._keys.get(thing.type, ())
        return self._value(definition.type, thing, name, salt, is_key)

    def context_values(self, argument: ContextArgument) -> list[Any]:
        """All that the argument can be, over the objects that set its context."""
        found: list[Any] = []
        for name in self.supergraph.contexts[argument.context]:
            selected = self._normalized(argument.selections, name)
            for type_name in self.supergraph.possible_types[name]:
                for number in range(_OBJECTS_PER_TYPE):
                    found += self._leaves(Thing(type_name, number), selected)
        return found

    def _leaves(self, thing: Thing, selected: SelectionSet) -> list[Any]:
        found: list[Any] = []
        for each in selected.fields:
            if each.name != "__typename" and (each.types is None or thing.type in each.types):
                value = self.value(thing, each.name, {})
                below = each.selections
                found += (
                    self._leaves(value, below) if isinstance(value, Thing) and below is not None else [value]
                )
        return found

    def matches(self, representation: Mapping[str, Any], thing: Thing) -> bool:
        """Whether everything in the representation is true of the object."""
        return all(
            name == "__typename"
            or self._has_arguments(thing, name)
            or self._same(value, self._input_value(thing, name))
            for name, value in representation.items()
        )

    def find(self, representation: Mapping[str, Any], type_names: frozenset[str]) -> Thing | None:
        """The object that a representation is of."""
        for type_name in sorted(type_names):
            for number in range(_OBJECTS_PER_TYPE):
                thing = Thing(type_name, number)
                if self.matches(representation, thing):
                    return thing
        return None

    def _input_value(self, thing: Thing, name: str) -> Any:
        try:
            return self.value(thing, name, {})
        except KeyError:
            return _Missing

    def _same(self, sent: Any, value: Any) -> bool:
        if isinstance(value, Thing):
            return isinstance(sent, dict) and self.matches(sent, value)
        if isinstance(value, list):
            return isinstance(sent, list) and len(sent) == len(value) and all(map(self._same, sent, value))
        return bool(sent == value)

    def _has_arguments(self, thing: Thing, name: str) -> bool:
        """A representation does not show the arguments of a requirement, so its value tells nothing."""
        found = self.supergraph.schema.type_map[thing.type].fields.get(name)
        return found is not None and bool(found.args)

    def _resolve(self, source: Thing | None, info: GraphQLResolveInfo, args: Mapping[str, Any]) -> Any:
        return self.value(source or Thing(info.parent_type.name, 0), info.field_name, args)

    def _value(self, type_: Any, thing: Thing, name: str, salt: str, is_key: bool) -> Any:
        number = crc32(salt.encode())
        if isinstance(type_, GraphQLNonNull):
            return self._value(type_.of_type, thing, name, salt, True)
        if self._nulls and not is_key and number % 7 == 0:
            return None
        if isinstance(type_, GraphQLList):
            return [
                self._value(type_.of_type, thing, name, f"{salt}|{i}", is_key)
                for i in range(number % 3 + is_key)
            ]
        if is_composite_type(type_):
            if type_.name in self.supergraph.root_kinds:
                return Thing(type_.name, 0)
            choices = self._possible_here(thing.type, name, type_.name)
            if not choices:
                return None
            return Thing(choices[number % len(choices)], (number >> 8) % _OBJECTS_PER_TYPE)
        return _leaf(type_, thing, name, number)

    def _possible_here(self, type_name: str, name: str, below: str) -> tuple[str, ...]:
        """The types that every subgraph which resolves the field can answer with."""
        key = (type_name, name)
        if key not in self._possible:
            everywhere = self.supergraph.possible_types
            types = set(everywhere[below])
            for view in self.supergraph.graphs_of[type_name]:
                found = view.fields.get(name)
                if found is not None and not found.external:
                    there = self.supergraph.subgraphs[view.graph].types[found.named_type]
                    types &= everywhere[there.name] if there.is_interface_object else there.possible
            self._possible[key] = tuple(sorted(types))
        return self._possible[key]

    def _key_fields(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for type_name in self.supergraph.possible_types:
            for view in self.supergraph.graphs_of[type_name]:
                for key in view.keys:
                    self._add_key(found, type_name, self._normalized(key.fields, view.name))
        return found

    def _add_key(self, found: dict[str, set[str]], type_name: str, selections: SelectionSet) -> None:
        for each in selections.fields:
            for possible in self.supergraph.possible_types[type_name]:
                found.setdefault(possible, set()).add(each.name)
            if each.selections is not None:
                self._add_key(found, each.selections.type, each.selections)

    def _normalized(self, node: Any, type_name: str) -> SelectionSet:
        return Normalizer(self.supergraph.schema, self.supergraph.possible_types).normalize(node, type_name)


class _Missing:
    """The object has no such field."""


def _leaf(type_: Any, thing: Thing, name: str, number: int) -> Any:
    if isinstance(type_, GraphQLEnumType):
        values = sorted(type_.values)
        return values[number % len(values)]
    assert isinstance(type_, GraphQLScalarType)
    match type_.name:
        case "Int":
            return number % 1000 * 10 + thing.number
        case "Float":
            return number % 1000 * 10 + thing.number + 0.5
        case "Boolean":
            return number % 2 == 0
        case "Json":
            return (
                {"n": number % 50 / 4, "é": [None, thing.number]},
                number % 90 / 8,
                f"{thing.type}\n",
                number,
            )[number % 4]
        case _:
            odd = ' "\\\n é' if number % 11 == 0 else ""
            return f"{thing.type}-{name}-{thing.number}-{number % 97}{odd}"


class SubgraphMock:
    """One subgraph of a universe, as a transport. `requests` keeps what it was asked."""

    def __init__(self, universe: Universe, graph: str) -> None:
        self._universe = universe
        self._graph = graph
        self.schema = subgraph_schema(universe.supergraph, graph)
        self.requests: list[SubgraphRequest] = []

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        """Answers like a federation library would; an invalid operation is a failure of the test."""
        self.requests.append(request)
        document = parse(request.query)
        errors = validate(self.schema, document)
        assert not errors, (self._graph, request.query, [error.message for error in errors])
        result = execute_sync(
            self.schema,
            document,
            variable_values=dict(request.variables),
            field_resolver=lambda source, info, **args: self._resolve(source, info, args),
            type_resolver=lambda value, _info, _type: self._typename(value),
        )
        return json_response(dict(result.formatted))

    def _typename(self, thing: Thing) -> str:
        view = self._universe.supergraph.view(self._graph, thing.type)
        assert view is not None
        return view.name

    def _resolve(self, source: Thing | None, info: GraphQLResolveInfo, args: Mapping[str, Any]) -> Any:
        if info.field_name == "_entities":
            return [self._entity(each) for each in args["representations"]]
        thing = source or Thing(info.parent_type.name, 0)
        view = self._universe.supergraph.view(self._graph, info.parent_type.name)
        assert view is not None
        found = view.fields[info.field_name]
        provided = self._provided(thing, found)
        self._check(thing, found, provided)
        own = {each.name for each in found.context_arguments}
        for each in found.context_arguments:
            if args.get(each.name) not in self._universe.context_values(each):
                raise GraphQLError(f"{self._graph}: no {each.context} is {args.get(each.name)}")
        asked = {name: value for name, value in args.items() if name not in own}
        return self._seen_here(self._universe.value(thing, info.field_name, asked), found, provided)

    def _entity(self, representation: Mapping[str, Any]) -> Thing | None:
        type_name = representation["__typename"]
        view = self._universe.supergraph.subgraphs[self._graph].types[type_name]
        types = (
            self._universe.supergraph.possible_types[type_name] if view.is_interface_object else view.possible
        )
        found = self._universe.find(representation, types)
        if found is None:
            raise GraphQLError(f"{self._graph}: no {type_name} is {representation}")
        return Thing(found.type, found.number, (), representation)

    def _provided(self, thing: Thing, found: FieldView) -> tuple[SelectionSet, ...] | None:
        """What the field's parents provide below it; None where they do not provide the field."""
        matching = [
            each
            for selections in thing.provided
            for each in selections.fields
            if each.name == found.name and (each.types is None or thing.type in each.types)
        ]
        return tuple(each.selections for each in matching if each.selections) if matching else None

    def _check(self, thing: Thing, found: FieldView, provided: tuple[SelectionSet, ...] | None) -> None:
        if found.external and provided is None:
            raise GraphQLError(f"{self._graph}: {thing.type}.{found.name} is external")
        if found.requires is not None and provided is None:
            for each in found.requires.selections:
                name = getattr(each, "name", None)
                if name is not None and name.value not in (thing.representation or {}):
                    raise GraphQLError(f"{self._graph}: {thing.type}.{found.name} requires {name.value}")

    def _seen_here(self, value: Any, found: FieldView, provided: tuple[SelectionSet, ...] | None) -> Any:
        if isinstance(value, list):
            return [self._seen_here(each, found, provided) for each in value]
        if not isinstance(value, Thing):
            return value
        sets = list(provided or ())
        if found.provides is not None:
            sets.append(self._universe._normalized(found.provides, found.named_type))
        return Thing(value.type, value.number, tuple(sets))


def subgraph_schema(supergraph: Supergraph, graph: str) -> GraphQLSchema:
    """The schema of one subgraph as far as the supergraph tells it, with `_entities`."""
    return _SubgraphSchema(supergraph, graph).build()


class _SubgraphSchema:
    def __init__(self, supergraph: Supergraph, graph: str) -> None:
        self._all = supergraph.schema.type_map
        self._possible = supergraph.possible_types
        self._views = supergraph.subgraphs[graph].types
        self._types: dict[str, Any] = {}
        self._roots = supergraph.root_kinds
        self._directives = supergraph.schema.directives

    def build(self) -> GraphQLSchema:
        roots: dict[str, Any] = {}
        for name, kind in self._roots.items():
            if name in self._views:
                roots[kind.value] = self._type(name)
        for name in self._views:
            self._type(name)
        roots["query"] = self._with_entities(roots.get("query"))
        return GraphQLSchema(
            types=tuple(self._types.values()), assume_valid=True, directives=self._directives, **roots
        )

    def _with_entities(self, query: GraphQLObjectType | None) -> GraphQLObjectType:
        entities = [
            self._type(each)
            for name, view in self._views.items()
            if view.keys
            for each in ([name] if not view.is_abstract else sorted(view.possible))
        ]
        fields = dict(query.fields) if query is not None else {}
        if entities:
            any_type = GraphQLScalarType("_Any")
            union = GraphQLUnionType("_Entity", list(dict.fromkeys(entities)))
            argument = GraphQLNonNull(GraphQLList(GraphQLNonNull(any_type)))
            fields["_entities"] = GraphQLField(
                GraphQLNonNull(GraphQLList(union)), {"representations": GraphQLArgument(argument)}
            )
        if query is not None:
            query = GraphQLObjectType(query.name, fields)
            self._types[query.name] = query
            return query
        name = next((each for each, kind in self._roots.items() if kind.value == "query"), "Query")
        return GraphQLObjectType(name, fields or {"_empty": GraphQLField(self._all["String"])})

    def _type(self, name: str) -> Any:
        view = self._views.get(name)
        if view is None:
            return self._all[name]
        if name not in self._types:
            whole = self._all[name]
            if isinstance(whole, GraphQLUnionType):
                self._types[name] = GraphQLUnionType(
                    name, lambda: [self._type(each) for each in sorted(view.possible)]
                )
            elif view.is_abstract:
                self._types[name] = GraphQLInterfaceType(name, lambda: self._fields(name))
            else:
                self._types[name] = GraphQLObjectType(
                    name, lambda: self._fields(name), interfaces=lambda: self._interfaces(name)
                )
        return self._types[name]

    def _interfaces(self, name: str) -> list[GraphQLInterfaceType]:
        return [
            self._type(each)
            for each, view in self._views.items()
            if view.is_abstract
            and name in view.possible
            and isinstance(self._all[each], GraphQLInterfaceType)
        ]

    def _fields(self, name: str) -> dict[str, GraphQLField]:
        whole = self._all[name].fields
        fields = {
            each.name: GraphQLField(
                self._wrap(each.type), whole[each.name].args | self._context_arguments(each)
            )
            for each in self._views[name].fields.values()
        }
        return fields or {"_empty": GraphQLField(self._all["String"])}

    def _context_arguments(self, view: FieldView) -> dict[str, GraphQLArgument]:
        return {each.name: GraphQLArgument(self._wrap(each.type)) for each in view.context_arguments}

    def _wrap(self, node: Any) -> Any:
        if node.kind == "non_null_type":
            return GraphQLNonNull(self._wrap(node.type))
        if node.kind == "list_type":
            return GraphQLList(self._wrap(node.type))
        return self._type(node.name.value)
