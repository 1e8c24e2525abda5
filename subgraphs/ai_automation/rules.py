"""Rules of ai_automation that need no database: what may happen to an employee, and what its work is worth."""

import enum
from collections.abc import Mapping
from typing import Final

import strawberry

from subgraphs.ai_automation.errors import InvalidTransition
from subgraphs.ai_automation.models import EmployeeStatus
from subgraphs.kit.money import Currency, Money, money

PRODUCT: Final = "ai-automation"
VALUE_OF_AN_HOUR: Final = money(15_000, Currency.KRW)
MONTHS_PER_YEAR: Final = 12


@strawberry.enum(name="AIEmployeeAction")
class EmployeeAction(enum.Enum):
    DEPLOY = strawberry.enum_value("DEPLOY", description="Begins its training.")
    ACTIVATE = strawberry.enum_value("ACTIVATE", description="Begins to work, once trained.")
    PAUSE = "PAUSE"
    RESUME = "RESUME"
    DELETE = strawberry.enum_value("DELETE", description="For ever, and not while it works.")


TRANSITIONS: Final[Mapping[EmployeeStatus, Mapping[EmployeeAction, EmployeeStatus | None]]] = {
    EmployeeStatus.DRAFT: {
        EmployeeAction.DEPLOY: EmployeeStatus.TRAINING,
        EmployeeAction.DELETE: None,
    },
    EmployeeStatus.TRAINING: {
        EmployeeAction.ACTIVATE: EmployeeStatus.ACTIVE,
        EmployeeAction.DELETE: None,
    },
    EmployeeStatus.ACTIVE: {
        EmployeeAction.PAUSE: EmployeeStatus.PAUSED,
    },
    EmployeeStatus.PAUSED: {
        EmployeeAction.RESUME: EmployeeStatus.ACTIVE,
        EmployeeAction.DELETE: None,
    },
}
"""The state machine: what each action makes of an employee; None is its end."""


def available_actions(status: EmployeeStatus) -> list[EmployeeAction]:
    """In the order of the life of an employee."""
    return list(TRANSITIONS[status])


def next_status(status: EmployeeStatus, action: EmployeeAction) -> EmployeeStatus | None:
    """What becomes of an employee; None when it is deleted. Raises InvalidTransition."""
    if action not in TRANSITIONS[status]:
        allowed = [each.value for each in available_actions(status)]
        raise InvalidTransition(action.value, status.value, allowed)
    return TRANSITIONS[status][action]


def yearly_saving(hours_per_month: int) -> Money:
    """What the hours are worth in twelve months."""
    return VALUE_OF_AN_HOUR.times(hours_per_month * MONTHS_PER_YEAR)
