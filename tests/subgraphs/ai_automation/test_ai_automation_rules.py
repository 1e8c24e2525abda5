"""The life of an AI employee, and what its work is worth."""

import pytest

from subgraphs.ai_automation import rules
from subgraphs.ai_automation.errors import InvalidTransition
from subgraphs.ai_automation.models import EmployeeStatus
from subgraphs.ai_automation.rules import EmployeeAction
from subgraphs.kit.money import Currency, money

# status: what each action makes of it; what is not named is refused
ALLOWED = {
    "DRAFT": {"DEPLOY": "TRAINING", "DELETE": None},
    "TRAINING": {"ACTIVATE": "ACTIVE", "DELETE": None},
    "ACTIVE": {"PAUSE": "PAUSED"},
    "PAUSED": {"RESUME": "ACTIVE", "DELETE": None},
}


@pytest.mark.parametrize("action", EmployeeAction)
@pytest.mark.parametrize("status", EmployeeStatus)
def test_transitions(status: EmployeeStatus, action: EmployeeAction) -> None:
    allowed = ALLOWED[status.value]
    if action.value in allowed:
        following = rules.next_status(status, action)
        assert (following.value if following else None) == allowed[action.value]
    else:
        with pytest.raises(InvalidTransition) as raised:
            rules.next_status(status, action)
        assert raised.value.extensions == {"status": status.value, "allowedActions": list(allowed)}


def test_the_refusal_names_the_next_step() -> None:
    with pytest.raises(
        InvalidTransition, match=r"^An AI employee that is ACTIVE cannot delete\. It can: pause\.$"
    ):
        rules.next_status(EmployeeStatus.ACTIVE, EmployeeAction.DELETE)


@pytest.mark.parametrize(("hours", "won"), [(0, 0), (1, 180_000), (35, 6_300_000)])
def test_a_year_has_twelve_months(hours: int, won: int) -> None:
    assert rules.yearly_saving(hours) == money(won, Currency.KRW)
