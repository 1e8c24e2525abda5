"""Query planning: from an operation to the fetches that answer it."""

from router.planner.plan import UnplannableError, plan

__all__ = ["UnplannableError", "plan"]
