"""A large graph and operations on it: what a company's graph grows to, made by arithmetic, always the same."""

from collections.abc import Iterator

from router.federation.subgraph import Subgraph

GRAPHS = 40
ENTITIES = 25
"""That a subgraph owns."""
_FIELDS = 12
_EXTENDED_BY = 3
_SHARED = 12
_SHARED_BY = 8
_LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",'
    ' import: ["@key", "@shareable", "@external", "@requires"])\n'
)


def large_graph() -> list[Subgraph]:
    """1,000 entities over 40 subgraphs, each also in three others; a chain and a hub through all of them."""
    return [Subgraph(_name(graph), f"http://{_name(graph)}", _sdl(graph)) for graph in range(GRAPHS)]


def large_operations() -> dict[str, str]:
    """By what they are about."""
    extensions = " ".join(f"more{_name(graph)}" for graph in _extending(0, 0))
    details = " ".join(f"item{_name(graph)} {{ name peer {{ name }} }}" for graph in range(12))
    return {
        "one fetch": '{ t0x0(id: "1") { id name f1 f2 peer { name f3 } } }',
        "an entity of four subgraphs": f'{{ t0x0(id: "1") {{ name {extensions} }} }}',
        "a chain of 12": "{ link0 { " + _chain(12) + " } }",
        "a chain of 40": "{ link0 { " + _chain(GRAPHS) + " } }",
        "a hub of 12": "{ hub { " + " ".join(f"count{_name(graph)}" for graph in range(12)) + " } }",
        "a hub of 40": "{ hub { " + " ".join(f"count{_name(graph)}" for graph in range(GRAPHS)) + " } }",
        "a hub with entities": f"{{ hub {{ {details} }} }}",
        "12 fields shared by 3 of 8": "{ shared { " + " ".join(f"s{n}" for n in range(_SHARED)) + " } }",
    }


def _name(graph: int) -> str:
    return f"g{graph}"


def _sdl(graph: int) -> str:
    return "\n".join([_LINK, "type Query {", *_roots(graph), "}", *_types(graph)])


def _roots(graph: int) -> Iterator[str]:
    for entity in range(ENTITIES):
        yield f"  t{graph}x{entity}(id: ID!): T{graph}x{entity}"
    if graph == 0:
        yield "  link0: Link0"
        yield "  hub: Hub"
    if graph == GRAPHS - 1:
        yield "  shared: Shared"


def _types(graph: int) -> Iterator[str]:
    for entity in range(ENTITIES):
        fields = " ".join(f"f{number}: String" for number in range(_FIELDS))
        peer = f"peer: T{graph}x{(entity + 1) % ENTITIES}"
        yield f'type T{graph}x{entity} @key(fields: "id") {{ id: ID! name: String {peer} {fields} }}'
    for owner in range(GRAPHS):
        for entity in range(ENTITIES):
            if graph in _extending(owner, entity):
                needed = " name: String @external" if entity % 5 == 0 else ""
                requires = ' @requires(fields: "name")' if needed else ""
                own = f"more{_name(graph)}: String{requires}{needed}"
                yield f'type T{owner}x{entity} @key(fields: "id") {{ id: ID! {own} }}'
    following = f"next: Link{graph + 1}" if graph + 1 < GRAPHS else ""
    yield f'type Link{graph} @key(fields: "id") {{ id: ID! label: String {following} }}'
    if graph + 1 < GRAPHS:
        yield f'type Link{graph + 1} @key(fields: "id", resolvable: false) {{ id: ID! }}'
    own = f"count{_name(graph)}: Int item{_name(graph)}: T{graph}x0"
    yield f'type Hub @key(fields: "id") {{ id: ID! {own} }}'
    if graph < _SHARED_BY or graph == GRAPHS - 1:
        shared = " ".join(f"s{n}: Int @shareable" for n in range(_SHARED) if _shares(graph, n))
        yield f'type Shared @key(fields: "id") {{ id: ID! {shared} }}'


def _extending(owner: int, entity: int) -> set[int]:
    """The subgraphs that add a field to the entity."""
    return {(owner + 1 + (entity + step) * 7 % (GRAPHS - 1)) % GRAPHS for step in range(_EXTENDED_BY)}


def _shares(graph: int, number: int) -> bool:
    return graph < _SHARED_BY and graph in {(number + step) % _SHARED_BY for step in (0, 1, 3)}


def _chain(length: int) -> str:
    return "label" if length == 1 else f"label next {{ {_chain(length - 1)} }}"
