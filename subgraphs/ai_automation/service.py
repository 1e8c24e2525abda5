"""Use cases of ai_automation: who may ask for whose employees, and what they amount to."""

from dataclasses import dataclass

from subgraphs.ai_automation import repository, rules
from subgraphs.ai_automation.loaders import Loaders
from subgraphs.kit.context import Context
from subgraphs.kit.errors import Forbidden
from subgraphs.kit.money import Money
from subgraphs.kit.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Savings:
    """A user's employees, and the money that their work is worth in a year."""

    workforce: repository.Workforce
    yearly: Money


def require_customer(context: Context[Loaders]) -> Viewer:
    """The viewer, with a subscription. Raises Unauthenticated or SubscriptionRequired."""
    viewer = context.require_viewer()
    viewer.require_product(rules.PRODUCT)
    return viewer


def require_owner(context: Context[Loaders], user: int) -> int:
    """The key of the user whose employees are asked for. Raises also Forbidden."""
    if not context.require_viewer().may_see(user):
        raise Forbidden
    require_customer(context)
    return user


def owns(context: Context[Loaders], user: int) -> bool:
    """Whether the viewer may see what is this user's, and has a subscription."""
    viewer = context.viewer
    return viewer is not None and viewer.may_see(user) and viewer.has_product(rules.PRODUCT)


async def savings(context: Context[Loaders]) -> Savings:
    """Of the viewer. Raises Unauthenticated or SubscriptionRequired."""
    viewer = require_customer(context)
    async with context.read() as session:
        workforce = await repository.workforce(session, viewer.user_id)
    return Savings(workforce, rules.yearly_saving(workforce.hours))
