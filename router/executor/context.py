"""What an execution needs to know besides its plan."""

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec
from graphql import FragmentDefinitionNode, GraphQLSchema, OperationDefinitionNode

from router.errors import JsonValue
from router.executor.answer_shape import AnswerShapes
from router.executor.errors import ErrorPolicy, FetchScope, show_subgraph_error
from router.executor.tree import Location
from router.upstream.subgraph import SubgraphResponse, SubgraphTransport


class AnswerTrace(Protocol):
    """Follows what subgraphs answered into the client's answer. Only the interpreter tells."""

    def joined(self, response: SubgraphResponse, scope: FetchScope) -> None:
        """It was for this part of the client's answer, and is in it now."""

    def typename(self, location: Location) -> None:
        """Here the router itself says of which type an object is."""


class ExecutableOperation(Protocol):
    """The client's operation, validated against the API schema."""

    @property
    def definition(self) -> OperationDefinitionNode:
        """The operation to execute."""

    @property
    def fragments(self) -> Mapping[str, FragmentDefinitionNode]:
        """All fragments of its document, by name."""


class ExecutionContext(msgspec.Struct, frozen=True):
    """`variables` are the coerced ones, in JSON values; `headers` those that go to the subgraphs, in lower case."""

    schema: GraphQLSchema
    """Everything, without the join machinery: its object types tell a concrete `__typename` from an interface's."""
    api_schema: GraphQLSchema
    """What clients see: answers and introspection are completed by this one."""
    transports: Mapping[str, SubgraphTransport]
    shapes: AnswerShapes
    variables: Mapping[str, JsonValue] = {}
    headers: Mapping[str, str] = {}
    interface_objects: frozenset[str] = frozenset()
    """The interfaces that some subgraph knows as an object type: objects may have their name as `__typename`."""
    error_policy: ErrorPolicy = show_subgraph_error
    deadline: float | None = None
    """When nobody waits any more, in seconds of the event loop's clock."""
    usage: Any = None
    """Where caches note what the answer was made of."""
    claims: Mapping[str, JsonValue] | None = None
    """Those of the sender's token, for caches. None for the anonymous."""
    trace: AnswerTrace | None = None
    """For whoever wants to see where each field came from."""
