"""A large graph for composition, the same for the same numbers: what it is made of is in the proportions below."""

import random
from collections.abc import Iterator

from router.federation.subgraph import Subgraph

ENTITIES, OBJECTS, INTERFACES, UNIONS, ENUMS = 0.6, 0.25, 0.04, 0.03, 0.04
"""Shares of the types that a subgraph owns; the rest are inputs."""
FIELDS = 20
EXTENSIONS = 4
"""Other subgraphs that add fields to an entity, at most."""
REQUIRING, PROVIDED = 0.15, 0.1
"""Shares of the extensions with @requires, and of those that are provided a field."""
SCALARS = ("String", "Int", "Float", "Boolean", "ID", "String!", "Int!", "[String!]!", "[Int]")
LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", '
    'import: ["@key", "@requires", "@provides", "@external", "@shareable"])\n'
)


def large_graph(subgraphs: int, types: int, seed: int = 1) -> list[Subgraph]:
    """About as many types as asked for, each with 20 fields, evenly over the subgraphs."""
    return _LargeGraph(subgraphs, types, seed).subgraphs()


class _LargeGraph:
    def __init__(self, subgraphs: int, types: int, seed: int) -> None:
        self._random = random.Random(seed)
        self._graphs = range(subgraphs)
        self._counts = {
            kind: max(1, round(types / subgraphs * share))
            for kind, share in (
                ("E", ENTITIES),
                ("O", OBJECTS),
                ("I", INTERFACES),
                ("U", UNIONS),
                ("N", ENUMS),
            )
        }
        self._counts["P"] = max(1, types // subgraphs - sum(self._counts.values()))
        self._bodies: list[dict[str, str]] = [{} for _ in self._graphs]
        self._queries: list[list[str]] = [[] for _ in self._graphs]

    def subgraphs(self) -> list[Subgraph]:
        for graph in self._graphs:
            self._own_types(graph)
        for graph in self._graphs:
            for number in range(self._counts["E"]):
                self._extend(graph, number)
        return [Subgraph(f"g{graph}", f"http://g{graph}", self._sdl(graph)) for graph in self._graphs]

    def _sdl(self, graph: int) -> str:
        root = "type Query { " + " ".join(self._queries[graph]) + " }"
        return "\n".join([LINK, root, *self._bodies[graph].values()])

    def _own_types(self, graph: int) -> None:
        body = self._bodies[graph]
        for number in range(self._counts["E"]):
            body[f"E{graph}x{number}"] = self._entity(graph, number)
        for number in range(self._counts["O"]):
            links = f"next: O{graph}x{(number + 1) % self._counts['O']} kind: N{graph}x0 entity: E{graph}x0"
            body[f"O{graph}x{number}"] = (
                f"type O{graph}x{number} {{ {self._leaves('o', FIELDS - 3)} {links} }}"
            )
        for number in range(self._counts["I"]):
            body[f"I{graph}x{number}"] = f"interface I{graph}x{number} {{ id: ID! name: String }}"
        for number in range(self._counts["U"]):
            members = self._random.sample(range(self._counts["E"]), min(4, self._counts["E"]))
            text = " | ".join(f"E{graph}x{member}" for member in members)
            body[f"U{graph}x{number}"] = f"union U{graph}x{number} = {text}"
        for number in range(self._counts["N"]):
            values = " ".join(f"V{value}" for value in range(FIELDS))
            body[f"N{graph}x{number}"] = f"enum N{graph}x{number} {{ {values} }}"
        for number in range(self._counts["P"]):
            fields = " ".join(f"p{field}: {SCALARS[field % 5]}" for field in range(FIELDS))
            body[f"P{graph}x{number}"] = f"input P{graph}x{number} {{ {fields} }}"
        self._queries[graph] += [
            f"e{graph}(id: ID!): E{graph}x0",
            f"search{graph}(by: P{graph}x0, kind: N{graph}x0): [U{graph}x0]",
            f"all{graph}: [I{graph}x0!]!",
        ]

    def _entity(self, graph: int, number: int) -> str:
        keys = ' @key(fields: "id")' + (' @key(fields: "sku")' if number % 5 == 4 else "")
        implements = f" implements I{graph}x{number % self._counts['I']}" if number % 3 == 0 else ""
        owner, other = self._random.choice(self._graphs), self._random.randrange(self._counts["E"])
        linked = f"E{owner}x{other}"
        if owner != graph:
            stub = f'type {linked} @key(fields: "id", resolvable: false) {{ id: ID! }}'
            self._bodies[graph].setdefault(linked, stub)
        fields = f"id: ID! sku: String! name: String shared: String @shareable link: {linked}"
        fields += f" child: E{graph}x{(number + 1) % self._counts['E']} object: O{graph}x{number % self._counts['O']}"
        return f"type E{graph}x{number}{implements}{keys} {{ {fields} {self._leaves('f', FIELDS - 7)} }}"

    def _extend(self, owner: int, number: int) -> None:
        name = f"E{owner}x{number}"
        others = [graph for graph in self._graphs if graph != owner]
        for graph in self._random.sample(others, self._random.randint(1, min(EXTENSIONS, len(others)))):
            fields = f"id: ID! {self._leaves(f'x{graph}_', 4)}"
            if self._random.random() < REQUIRING:
                fields += f' shared: String @external needy{graph}: String @requires(fields: "shared")'
            elif self._random.random() < PROVIDED:
                fields += " shared: String @external"
                self._queries[graph].append(f'given{graph}_{name}: {name} @provides(fields: "shared")')
            self._bodies[graph][name] = f'type {name} @key(fields: "id") {{ {fields} }}'

    def _leaves(self, prefix: str, count: int) -> str:
        return " ".join(self._fields(prefix, count))

    def _fields(self, prefix: str, count: int) -> Iterator[str]:
        for number in range(count):
            yield f"{prefix}{number}: {self._random.choice(SCALARS)}"
