"""Composition: `compose(subgraphs)` makes one supergraph of many subgraphs, or says all that stands against it."""

from router.composition.compose import Composition, compose
from router.composition.contracts import Contract
from router.composition.problem import CompositionError, CompositionProblem, Hint, ProblemLocation

__all__ = [
    "Composition",
    "CompositionError",
    "CompositionProblem",
    "Contract",
    "Hint",
    "ProblemLocation",
    "compose",
]
