"""The supergraph as planner and router read it: one schema for clients, and what each subgraph can resolve."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationType,
    StringValueNode,
    Token,
    TypeDefinitionNode,
    build_ast_schema,
    is_abstract_type,
    is_object_type,
    validate_schema,
)
from graphql.language.parser import Parser

from router.errors import RouterError
from router.federation.api_schema import api_document, plain_document
from router.federation.authorization import GraphDemands, read_demands
from router.federation.features import Feature, linked_features
from router.federation.join_reader import read_subgraphs
from router.federation.subgraph_view import SubgraphInfo, TypeView


class InvalidSupergraphError(RouterError):
    """The text is no supergraph: not GraphQL, without join directives, or joins that contradict its types."""

    def __init__(self, message: str) -> None:
        super().__init__("INVALID_SUPERGRAPH", message)


@dataclass(eq=False)
class Supergraph:
    """An immutable, parsed supergraph. `subgraphs` is keyed by subgraph name, in the order of `join__Graph`."""

    sdl: str
    schema: GraphQLSchema
    """Every type and field, those that are `@inaccessible` too, without the machinery of joins and links."""
    api_document: DocumentNode
    subgraphs: Mapping[str, SubgraphInfo]
    contexts: Mapping[str, tuple[str, ...]]
    """By the name of a context, the types that set it."""
    demands: GraphDemands = field(default_factory=GraphDemands)
    """Who may see what."""

    @classmethod
    def parse(cls, sdl: str) -> Self:
        """Reads supergraph SDL with join v0.1 to v0.5, whoever composed it. Raises InvalidSupergraphError."""
        try:
            document = _parse(sdl)
        except GraphQLSyntaxError as error:
            raise InvalidSupergraphError(f"The supergraph is not valid GraphQL: {error}") from None
        features = linked_features(document)
        if "join" not in features:
            raise InvalidSupergraphError(
                "The schema links no join specification, so it is no supergraph. Compose subgraph schemas with "
                "`softfactory compose` first."
            )
        try:
            plain = plain_document(document, features)
            schema = build_ast_schema(plain, assume_valid_sdl=True)
            subgraphs = read_subgraphs(document, features["join"], schema)
        except (GraphQLError, RouterError, TypeError, ValueError, KeyError) as error:
            raise InvalidSupergraphError(f"The supergraph cannot be read: {error}") from error
        found = cls(
            sdl,
            schema,
            api_document(plain, features),
            subgraphs,
            _contexts(plain, features),
            read_demands(plain, features),
        )
        parts = [*document.definitions, *plain.definitions]
        del document, plain
        while parts:  # one after another: at once they would hold up all other threads for some 50 ms
            parts.pop()
        return found

    @cached_property
    def api_schema(self) -> GraphQLSchema:
        """What clients see: no `@inaccessible` element. Raises InvalidSupergraphError where that is no schema."""
        schema = build_ast_schema(self.api_document, assume_valid_sdl=True)
        errors = validate_schema(schema)
        if errors:
            raise InvalidSupergraphError(
                "The API schema is not valid: " + "; ".join(error.message for error in errors)
            )
        return schema

    @cached_property
    def root_kinds(self) -> dict[str, OperationType]:
        """The names of the root types, with the operation that each is the root of."""
        roots = ((self.schema.get_root_type(kind), kind) for kind in OperationType)
        return {root.name: kind for root, kind in roots if root is not None}

    @cached_property
    def interface_objects(self) -> frozenset[str]:
        """The interfaces that some subgraph has as an interface object."""
        views = (view for subgraph in self.subgraphs.values() for view in subgraph.types.values())
        return frozenset(view.name for view in views if view.is_interface_object)

    @cached_property
    def possible_types(self) -> dict[str, frozenset[str]]:
        """The object types that each composite type can be at runtime, over all subgraphs."""
        possible: dict[str, frozenset[str]] = {}
        for name, type_ in self.schema.type_map.items():
            if is_object_type(type_):
                possible[name] = frozenset((name,))
            elif is_abstract_type(type_):
                possible[name] = frozenset(each.name for each in self.schema.get_possible_types(type_))
        return possible

    def view(self, graph: str, type_name: str) -> TypeView | None:
        """How the subgraph sees the type: as itself, or through an interface object that stands for it."""
        found = self.subgraphs[graph].types.get(type_name)
        return found if found is not None else self._interface_object_views.get((graph, type_name))

    @cached_property
    def graphs_of(self) -> dict[str, tuple[TypeView, ...]]:
        """For each composite type, its views in the subgraphs that can say anything about it."""
        found: dict[str, tuple[TypeView, ...]] = {}
        for name in self.possible_types:
            views = (self.view(graph, name) for graph in self.subgraphs)
            found[name] = tuple(view for view in views if view is not None)
        return found

    @cached_property
    def _interface_object_views(self) -> dict[tuple[str, str], TypeView]:
        views: dict[tuple[str, str], TypeView] = {}
        for graph, subgraph in self.subgraphs.items():
            for view in subgraph.types.values():
                if view.is_interface_object:
                    for object_name in self.possible_types.get(view.name, ()):
                        if object_name not in subgraph.types:
                            views.setdefault((graph, object_name), view)
        return views


def _parse(sdl: str) -> DocumentNode:
    """Takes the list of tokens apart, whose items refer to each other: 30 MB for 1,000 entities, which would stay there until a
    garbage collection finds them."""
    parser = Parser(sdl, no_location=True)
    try:
        return parser.parse_document()
    except RecursionError:
        raise InvalidSupergraphError("The supergraph is nested too deeply.") from None
    finally:
        token: Token | None = parser._lexer.token
        while token is not None:
            before, token.prev, token.next = token.prev, None, None
            token = before


def _contexts(plain: DocumentNode, features: Mapping[str, Feature]) -> dict[str, tuple[str, ...]]:
    feature = features.get("context")
    found: dict[str, tuple[str, ...]] = {}
    if feature is None:
        return found
    for node in plain.definitions:
        if isinstance(node, TypeDefinitionNode):
            for directive in node.directives or ():
                if directive.name.value == feature.directive("context"):
                    for argument in directive.arguments or ():
                        if argument.name.value == "name" and isinstance(argument.value, StringValueNode):
                            name = argument.value.value
                            found[name] = (*found.get(name, ()), node.name.value)
    return found
