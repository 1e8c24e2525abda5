"""Relay connections in the schema: https://relay.dev/graphql/connections.htm"""

from collections.abc import Callable
from typing import Generic, TypeVar

import strawberry

from subgraphs.kit.pagination import Page

NodeT = TypeVar("NodeT")
RowT = TypeVar("RowT")


@strawberry.federation.type(shareable=True)
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.federation.type(shareable=True)
class Edge(Generic[NodeT]):
    node: NodeT
    cursor: str


@strawberry.federation.type(shareable=True)
class Connection(Generic[NodeT]):
    """Shareable, since two subgraphs may both list the same entity."""

    edges: list[Edge[NodeT]]
    page_info: PageInfo

    @strawberry.field(description="The nodes of the edges, for clients that need no cursors.")
    def nodes(self) -> list[NodeT]:
        return [edge.node for edge in self.edges]

    @classmethod
    def of(cls, page: Page[RowT], node: Callable[[RowT], NodeT]) -> "Connection[NodeT]":
        """A page of rows, each made a node."""
        edges = [Edge(node=node(row), cursor=cursor) for row, cursor in page.rows]
        return Connection(
            edges=edges,
            page_info=PageInfo(
                has_next_page=page.has_next,
                has_previous_page=page.has_previous,
                start_cursor=edges[0].cursor if edges else None,
                end_cursor=edges[-1].cursor if edges else None,
            ),
        )
