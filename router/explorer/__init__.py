"""The explorer: GraphiQL with this graph's examples, all of it served from here. See README.md."""

from router.explorer.example import Example, read_examples
from router.explorer.page import ExplorerPage
from router.explorer.routes import explorer_routes

__all__ = ["Example", "ExplorerPage", "explorer_routes", "read_examples"]
