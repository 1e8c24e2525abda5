"""Errors of ai_automation.

DomainError
└── InvalidTransition   INVALID_TRANSITION   the employee's state does not allow this; `allowedActions` lists what it does
"""

from subgraphs.kit.errors import DomainError


class InvalidTransition(DomainError):
    code = "INVALID_TRANSITION"

    def __init__(self, action: str, status: str, allowed: list[str]) -> None:
        super().__init__(
            f"An AI employee that is {status} cannot {action.lower()}. It can: {', '.join(allowed).lower()}.",
            status=status,
            allowedActions=allowed,
        )
