"""Random federated graphs and operations on them, each made from one source of randomness.

The graphs have what makes planning hard: entities with several keys, of which a subgraph has only some; shared and
required and provided fields; interfaces, unions and interface objects; value types; fields of one name with types
that differ from object to object.
"""

import random
from dataclasses import dataclass, field

from graphql import (
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_interface_type,
    is_union_type,
    parse,
    validate,
)

from router.federation.subgraph import Subgraph

_LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable", "@external",'
    ' "@requires", "@provides", "@interfaceObject"])\n'
)
_LEAF_TYPES = (
    "String",
    "Int",
    "Boolean",
    "[String]",
    "Float",
    "[[Int!]]",
    "Json",
    "[Json!]",
    "[Float]",
    "Mood",
)

_LEAVES = {"Json": "scalar Json\n", "Mood": "enum Mood { CALM WILD }\n"}


@dataclass
class _Type:
    """`fields` maps a subgraph to its fields, each a name and the text after it."""

    name: str
    kind: str = "type"
    head: dict[str, str] = field(default_factory=dict)
    fields: dict[str, dict[str, str]] = field(default_factory=dict)

    def add(self, graph: str, name: str, text: str) -> None:
        self.fields.setdefault(graph, {}).setdefault(name, text)


class RandomGraph:
    """`subgraphs` is what to compose."""

    def __init__(self, source: random.Random | int) -> None:
        self._random = random.Random(source) if isinstance(source, int) else source
        self._graphs = [f"s{number}" for number in range(self._random.randint(2, 4))]
        self._entities = [_Type(f"E{number}") for number in range(self._random.randint(2, 4))]
        self._value = _Type("V")
        self._interface: _Type | None = None
        self._members: list[_Type] = []
        self._unions: dict[str, list[str]] = {}
        self._leaves: dict[str, list[tuple[str, str]]] = {}
        self._object_graph: str | None = None
        for entity in self._entities:
            self._make_entity(entity)
        self._make_interface()
        for entity in self._entities:
            self._make_references(entity)
            self._make_requirements(entity)
        self._queries = {graph: self._make_queries(graph) for graph in self._graphs}

    @property
    def subgraphs(self) -> list[Subgraph]:
        """In order."""
        return [Subgraph(graph, f"http://{graph}.invalid", self._sdl(graph)) for graph in self._graphs]

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _some(self, choices: list[str], least: int = 1) -> list[str]:
        return sorted(self._random.sample(choices, self._random.randint(least, len(choices))))

    def _make_entity(self, entity: _Type) -> None:
        homes = self._some(self._graphs)
        # With a second key, the subgraphs fall into those that know one, the other, or both.
        second = len(homes) > 1 and self._chance(0.4)
        for position, graph in enumerate(homes):
            first_key = not second or position != 1
            if first_key:
                entity.add(graph, "id", "ID!")
            if second and (position != 0 or len(homes) == 2):
                entity.add(graph, "sku", "String!")
            if second and position == 0:
                entity.add(graph, "sku", "String!")
        leaves = self._leaves.setdefault(entity.name, [])
        for number in range(self._random.randint(1, 5)):
            owners = [self._random.choice(homes)] if self._chance(0.7) else self._some(homes)
            type_ = self._random.choice(_LEAF_TYPES) + ("!" if self._chance(0.15) else "")
            argument = "(n: Int = 3)" if self._chance(0.15) else ""
            for owner in owners:
                text = f"{argument}: {type_}" + (" @shareable" if len(owners) > 1 else "")
                entity.add(owner, f"f{number}", text)
                leaves.append((owner, f"f{number}"))

    def _know(self, entity: _Type, graph: str) -> None:
        """Makes the subgraph able to refer to the entity."""
        if graph not in entity.fields:
            key = "id" if any("id" in fields for fields in entity.fields.values()) else "sku"
            entity.add(graph, key, "ID!" if key == "id" else "String!")

    def _make_interface(self) -> None:
        members = [
            entity for entity in self._entities if all("id" in fields for fields in entity.fields.values())
        ]
        if len(members) < 2 or not self._chance(0.6):
            return
        self._members = members
        self._interface = _Type("I", "interface")
        home = self._random.choice(self._graphs)
        self._declare_interface(home)
        elsewhere = [graph for graph in self._graphs if all(graph not in member.fields for member in members)]
        if elsewhere and self._chance(0.7):
            self._object_graph = elsewhere[0]
            self._interface.head[home] = ' @key(fields: "id")'
            self._interface.add(elsewhere[0], "id", "ID!")
            self._interface.add(elsewhere[0], "extra", ": Int")

    def _declare_interface(self, graph: str) -> None:
        assert self._interface is not None
        for member in self._members:
            self._know(member, graph)
        self._interface.add(graph, "id", "ID!")
        shared = set.intersection(*(set(member.fields[graph]) for member in self._members)) - {"id", "sku"}
        for name in sorted(shared):
            texts = {member.fields[graph][name].replace(" @shareable", "") for member in self._members}
            text = texts.pop()
            if not texts and "@" not in text:  # neither @requires nor @external is for interfaces
                self._interface.add(graph, name, text)

    def _target(self, graph: str) -> str:
        """A composite type that the subgraph may refer to, made known to it."""
        kind = self._random.random()
        if kind < 0.15:
            self._value.add(graph, "x", ": Int")
            self._value.add(graph, "y", ": String")
            return "V"
        if kind < 0.35 and self._interface is not None:
            if graph != self._object_graph and self._object_graph is None:
                self._declare_interface(graph)
                return "I"
            if graph in self._interface.fields:
                return "I"
        if kind < 0.5 and graph != self._object_graph:
            members = self._unions.setdefault(graph, [])
            if not members:
                for entity in self._random.sample(self._entities, 2):
                    self._know(entity, graph)
                    members.append(entity.name)
            return "U"
        choices = [
            each for each in self._entities if graph != self._object_graph or each not in self._members
        ]
        if not choices:
            return "I"
        entity = self._random.choice(choices)
        self._know(entity, graph)
        return entity.name

    def _make_references(self, entity: _Type) -> None:
        for graph in list(entity.fields):
            if self._chance(0.6):
                target = self._target(graph)
                type_ = f"[{target}]" if self._chance(0.4) else target
                provides = self._provides(target, graph)
                entity.add(graph, f"r{graph}", f": {type_}{provides}")
            if len(entity.fields) > 1 and self._chance(0.2):
                for owner in entity.fields:
                    self._value.add(owner, "x", ": Int")
                    self._value.add(owner, "y", ": String")
                    entity.add(owner, "shared", ": V @shareable")

    def _provides(self, target: str, graph: str) -> str:
        found = next((entity for entity in self._entities if entity.name == target), None)
        if found is None or not self._chance(0.4):
            return ""
        for owner, name in self._leaves[target]:
            if name in found.fields[graph] or "(" in found.fields[owner][name]:
                continue
            for other, fields in found.fields.items():
                if other != graph and name in fields and "@" not in fields[name]:
                    fields[name] += " @shareable"
            found.add(graph, name, found.fields[owner][name].split(" @")[0] + " @external")
            return f' @provides(fields: "{name}")'
        return ""

    def _make_requirements(self, entity: _Type) -> None:
        for graph in list(entity.fields):
            for owner, name in self._leaves[entity.name]:
                text = entity.fields[owner][name]
                here = entity.fields[graph].get(name)
                if owner == graph or (here is not None and "@external" not in here) or not self._chance(0.3):
                    continue
                if "@requires" in text or "@external" in text:
                    continue
                entity.add(graph, name, text.split(" @")[0] + " @external")
                needed = f"{name}(n: 5)" if "(" in text else name
                required = f"q{graph}"
                entity.add(graph, required, f': String @requires(fields: "{needed}")')
                self._leaves[entity.name].append((graph, required))
                break

    def _make_queries(self, graph: str) -> dict[str, str]:
        queries = {}
        for number in range(self._random.randint(1, 2)):
            target = self._target(graph)
            type_ = f"[{target}]" if self._chance(0.4) else target
            queries[f"q{graph}{number}"] = f": {type_}"
        return queries

    def _sdl(self, graph: str) -> str:
        parts = [_LINK]
        fields = "".join(f"  {name}{text}\n" for name, text in self._queries[graph].items())
        parts.append(f"type Query {{\n{fields}}}\n")
        parts += [self._entity_sdl(each, graph) for each in self._entities if graph in each.fields]
        if graph in self._value.fields:
            parts.append(_block("type V @shareable", self._value.fields[graph]))
        if self._interface is not None and graph in self._interface.fields:
            if graph == self._object_graph:
                head = 'type I @key(fields: "id") @interfaceObject'
            else:
                head = "interface I" + self._interface.head.get(graph, "")
            parts.append(_block(head, self._interface.fields[graph]))
        if graph in self._unions:
            parts.append(f"union U = {' | '.join(self._unions[graph])}\n")
        text = "\n".join(parts)
        return text + "".join(declared for name, declared in _LEAVES.items() if name in text)

    def _entity_sdl(self, entity: _Type, graph: str) -> str:
        fields = entity.fields[graph]
        keys = "".join(f' @key(fields: "{key}")' for key in ("id", "sku") if key in fields)
        interface = self._interface
        implements = (
            " implements I"
            if interface is not None
            and entity in self._members
            and graph in interface.fields
            and graph != self._object_graph
            else ""
        )
        return _block(f"type {entity.name}{implements}{keys}", fields)


def _block(head: str, fields: dict[str, str]) -> str:
    lines = "".join(f"  {name}{text if text[0] in ':(' else ': ' + text}\n" for name, text in fields.items())
    return f"{head} {{\n{lines}}}\n"


def random_operation(schema: GraphQLSchema, seed: int, *, defers: bool = False) -> "RandomOperation":
    """The first valid operation of a seed. Some are not: two types may disagree about a field."""
    attempts = (
        RandomOperation(schema, random.Random(f"{seed}.{attempt}"), defers) for attempt in range(1000)
    )
    return next(each for each in attempts if each.is_valid())


class RandomOperation:
    """An operation on a schema, made from one source. `variables` has values for all that it declares."""

    def __init__(self, schema: GraphQLSchema, source: random.Random, defers: bool = False) -> None:
        self._defers = defers
        self._random = source
        self._schema = schema
        self._number = 0
        self._written: dict[tuple[str, int], str] = {}
        self.variables: dict[str, bool] = {}
        assert schema.query_type is not None
        body = self._selections(schema.query_type, 0)
        declared = ", ".join(f"${name}: Boolean!" for name in self.variables)
        self.text = f"query Q{f'({declared})' if declared else ''} {body}"

    def is_valid(self) -> bool:
        """Some are not: two types may disagree about a field."""
        return not validate(self._schema, parse(self.text.replace("@defer", "")))

    def _selections(self, type_: GraphQLNamedType, depth: int) -> str:
        """In braces. Now and then the ones that were written for the type before, as with a fragment of the client's."""
        kind = (type_.name, depth)
        if kind not in self._written or self._random.random() > 0.3:
            self._written[kind] = self._new_selections(type_, depth)
        return self._written[kind]

    def _new_selections(self, type_: GraphQLNamedType, depth: int) -> str:
        parts: list[str] = []
        if is_union_type(type_) or (is_interface_type(type_) and self._random.random() < 0.7):
            possible = sorted(self._schema.get_possible_types(type_), key=lambda each: each.name)  # type: ignore[arg-type]
            chosen = self._random.sample(possible, self._random.randint(1, len(possible)))
            parts += [f"... on {each.name} {self._selections(each, depth)}" for each in chosen]
        if is_interface_type(type_) or isinstance(type_, GraphQLObjectType):
            names = sorted(type_.fields)
            for name in self._random.sample(names, self._random.randint(1, len(names))):
                parts += self._field(type_.name, name, get_named_type(type_.fields[name].type), type_, depth)
        if not parts or self._random.random() < 0.2:
            parts += self._random.choice((["__typename"], ["t: __typename"], ["__typename", "t: __typename"]))
        self._random.shuffle(parts)
        if self._defers and self._random.random() < 0.4:
            cut = self._random.randrange(len(parts))
            parts = [*parts[:cut], f"... @defer {{ {' '.join(parts[cut:])} }}"]
        return "{ " + " ".join(parts) + " }"

    def _field(self, owner: str, name: str, target: GraphQLNamedType, type_: object, depth: int) -> list[str]:
        text = name
        arguments = type_.fields[name].args  # type: ignore[attr-defined]
        if self._random.random() < 0.15 or arguments:
            # One alias per place, so that selections on different types never conflict.
            self._number += 1
            text = f"a{self._number}: {name}"
        if arguments and self._random.random() < 0.7:
            text += f"(n: {self._random.randint(1, 3)})"
        if self._random.random() < 0.08:
            variable = f"v{len(self.variables)}"
            self.variables[variable] = self._random.random() < 0.5
            text += f" @{self._random.choice(['include', 'skip'])}(if: ${variable})"
        if not is_composite_type(target):
            # What has the type of __typename is called as that is, now and then: types may mean different things by one key.
            is_alike = text == name and str(type_.fields[name].type) == "String!"  # type: ignore[attr-defined]
            return [f"t: {name}" if is_alike and self._random.random() < 0.1 else text]
        if depth >= 3:
            return []
        return [f"{text} {self._selections(target, depth + 1)}"]
