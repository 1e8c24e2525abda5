"""The schema of a subgraph: Federation 2, our scalars, caches for parsed and validated operations, safe `_entities`."""

import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import strawberry
from graphql import GraphQLError
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.federation.schema import FederationAny
from strawberry.schema.config import StrawberryConfig
from strawberry.types.execution import ExecutionContext
from strawberry.utils.str_converters import to_camel_case

from subgraphs.kit.cache_control import CACHE_TAG_VERSION, CacheTag
from subgraphs.kit.errors import InvalidRepresentation, JsonValue
from subgraphs.kit.invalidation import NamesWhatChanged
from subgraphs.kit.scalars import SCALARS

FEDERATION_VERSION: Final = "2.9"
CACHED_OPERATIONS: Final = 1000


@dataclass(frozen=True, slots=True)
class ReferenceResolver:
    """`resolve_reference` of an entity: `parameters` maps names in a representation to Python's."""

    resolve: Callable[..., Awaitable[object]]
    parameters: Mapping[str, str]
    required: frozenset[str]


class Schema(strawberry.federation.Schema):
    """Every entity that others refer to has an async classmethod `resolve_reference(info, <key fields>)`, which reads
    through a loader: Strawberry calls it once per representation, the loader makes one statement of the calls."""

    def __init__(self, query: type, mutation: type | None = None, types: Iterable[type] = ()) -> None:
        super().__init__(
            query=query,
            mutation=mutation,
            types=types,
            config=StrawberryConfig(scalar_map=SCALARS),
            extensions=[
                lambda: ParserCache(maxsize=CACHED_OPERATIONS),
                lambda: ValidationCache(maxsize=CACHED_OPERATIONS),
                NamesWhatChanged,
            ],
            federation_version=FEDERATION_VERSION,
        )
        self._references = dict(self._find_references())

    def entities_resolver(
        self, info: strawberry.Info, representations: list[FederationAny]
    ) -> list[FederationAny]:
        """Unlike Strawberry's own, leaves the caller's representations as they are and refuses malformed ones."""
        return [self._resolve(info, representation) for representation in representations]  # type: ignore[misc]

    def _prepare_schema_directives(self) -> None:
        """Links the version of Federation that has @cacheTag where it is used: Strawberry accepts none after 2.11."""
        if any(isinstance(directive, CacheTag) for directive in self.schema_directives_in_use):
            self.federation_version = CACHE_TAG_VERSION
        super()._prepare_schema_directives()

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Nothing: errors are rendered and logged in one place, subgraphs.kit.rendering."""

    async def _resolve(self, info: strawberry.Info, representation: JsonValue) -> object:
        type_name = representation.get("__typename") if isinstance(representation, dict) else None
        reference = self._references.get(type_name) if isinstance(type_name, str) else None
        if reference is None:
            raise InvalidRepresentation(
                "A representation needs the `__typename` of an entity of this subgraph."
            )
        arguments = {
            python: representation[name]
            for name, python in reference.parameters.items()
            if name in representation
        }
        if not reference.required <= arguments.keys() or not arguments:
            raise InvalidRepresentation(
                f"A representation of {type_name} needs the fields of one of its keys."
            )
        return await reference.resolve(info=info, **arguments)

    def _find_references(self) -> Iterable[tuple[str, ReferenceResolver]]:
        for name, concrete in self.schema_converter.type_map.items():
            origin: Any = getattr(concrete.definition, "origin", None)
            resolve = getattr(origin, "resolve_reference", None)
            if resolve is None:
                continue
            parameters = [p for p in inspect.signature(resolve).parameters.values() if p.name != "info"]
            yield (
                name,
                ReferenceResolver(
                    resolve,
                    {to_camel_case(p.name): p.name for p in parameters},
                    frozenset(p.name for p in parameters if p.default is p.empty),
                ),
            )
