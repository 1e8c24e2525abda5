"""The two kinds of fetch: what to send, where the answer goes, and where in the client's answer its errors are."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from graphql import GraphQLSchema

from router.errors import JsonValue
from router.executor.contexts import context_key
from router.executor.merge import merge_into_all, rename
from router.executor.representations import Batch, collect
from router.executor.subgraph_path import renamed, root_keys
from router.executor.tree import ResponsePath, Target, Tree, select, written_out
from router.planner.nodes import FetchNode
from router.upstream.codes import INVALID_RESPONSE
from router.upstream.subgraph import SubgraphError


class Fetch(Protocol):
    """One request to one subgraph, on one tree."""

    @property
    def is_needed(self) -> bool:
        """Whether the tree has objects for it."""

    @property
    def representations(self) -> Mapping[str, JsonValue]:
        """Its own variables, beside the client's."""

    @property
    def typenames(self) -> Mapping[str, Sequence[JsonValue]]:
        """What the entities of its answer are, by response key, where they do not say it themselves."""

    def join(self, data: Tree, schema: GraphQLSchema, *, failed: bool) -> None:
        """Puts the answer into the tree. `failed`: errors came with it. Raises SubgraphError for another shape."""

    def all(self) -> Sequence[ResponsePath]:
        """Every field or object that it is to fill."""

    def locate(self, path: ResponsePath) -> Sequence[ResponsePath]:
        """Where in the client's answer this path of the subgraph's answer is: all places of a shared entity."""


class RootFetch:
    """A root operation. Its data goes to the root of the tree, or to the objects at `FetchNode.path`."""

    representations: Mapping[str, JsonValue] = {}
    typenames: Mapping[str, Sequence[JsonValue]] = {}

    def __init__(self, node: FetchNode, tree: Tree) -> None:
        self._node = node
        self._targets = tuple(select(tree, (node.path,)))

    @property
    def is_needed(self) -> bool:
        return bool(self._targets)

    def join(self, data: Tree, schema: GraphQLSchema, *, failed: bool) -> None:
        rename(data, self._node.renames)
        merge_into_all([target.object for target in self._targets], data, schema)

    def all(self) -> list[ResponsePath]:
        return [place for key in root_keys(self._node.operation) for place in self.locate((key,))]

    def locate(self, path: ResponsePath) -> list[ResponsePath]:
        path = renamed(path, self._node.renames)
        return [written_out(target.location) + path for target in self._targets]


class EntityFetch:
    """A fetch of entities. Paths of its answer begin with an `_entities` field and the representation's index."""

    def __init__(self, node: FetchNode, tree: Tree, context: bytes | None = None) -> None:
        """With `context`, only for objects that see these context values."""

        def is_meant(target: Target) -> bool:
            return context is None or context_key(tree, target.location, node.contexts) == context

        self._batches = {each.alias: collect(tree, each, is_meant) for each in node.entities}

    @property
    def is_needed(self) -> bool:
        return any(batch.representations for batch in self._batches.values())

    @property
    def representations(self) -> dict[str, JsonValue]:
        return {batch.input.variable: batch.representations for batch in self._batches.values()}

    @property
    def typenames(self) -> dict[str, list[JsonValue]]:
        return {
            alias: [each["__typename"] for each in batch.representations]
            for alias, batch in self._batches.items()
        }

    def join(self, data: Tree, schema: GraphQLSchema, *, failed: bool) -> None:
        for alias, batch in self._batches.items():
            entities = data.get(alias)
            if entities is not None or not failed:
                _join(batch, entities, schema)

    def all(self) -> list[ResponsePath]:
        return [
            written_out(target.location)
            for batch in self._batches.values()
            for targets in batch.targets
            for target in targets
        ]

    def locate(self, path: ResponsePath) -> list[ResponsePath]:
        alias, *index_and_rest = path
        batch = self._batches.get(str(alias))
        index = index_and_rest[0] if index_and_rest else None
        if batch is None or not isinstance(index, int) or not 0 <= index < len(batch.targets):
            return []
        rest = renamed(path[2:], batch.input.renames)
        return [written_out(target.location) + rest for target in batch.targets[index]]


def _join(batch: Batch, entities: JsonValue, schema: GraphQLSchema) -> None:
    """An entity that was answered with null leaves its objects as they are."""
    name = batch.input.alias
    if not isinstance(entities, list) or len(entities) != len(batch.representations):
        raise SubgraphError(INVALID_RESPONSE, f"{name} has not one entity for each representation")
    if not all(isinstance(entity, dict | None) for entity in entities):
        raise SubgraphError(INVALID_RESPONSE, f"{name} holds something else than objects")
    for entity, targets in zip(entities, batch.targets, strict=True):
        if entity is None:
            continue
        objects = [target.object for target in targets]
        if batch.input.renames:
            # The path of a rename may begin with a type, and not every fetch asks for the type again.
            entity.setdefault("__typename", objects[0].get("__typename"))
            rename(entity, batch.input.renames)
        merge_into_all(objects, entity, schema)
