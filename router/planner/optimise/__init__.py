"""Passes that make a fetch graph smaller without making it deeper, in the order in which they run."""

from collections.abc import Callable

from router.planner.fetch_graph import FetchGraph
from router.planner.optimise.drop_empty_fetches import drop_empty_fetches
from router.planner.optimise.drop_repeated_fields import drop_repeated_fields
from router.planner.optimise.inline_contexts import inline_contexts
from router.planner.optimise.merge_same_path import merge_same_path

PASSES: tuple[Callable[[FetchGraph], None], ...] = (
    drop_empty_fetches,
    inline_contexts,
    # Before batching: two fetches of one object's fields become one selection, not two in one request.
    merge_same_path,
    drop_repeated_fields,
)


def optimise(graph: FetchGraph) -> None:
    """Runs every pass once."""
    for each in PASSES:
        each(graph)
