"""Satisfiability: whether the subgraphs can answer every query that the API schema allows."""

from router.composition.satisfiability.walk import check_satisfiability

__all__ = ["check_satisfiability"]
