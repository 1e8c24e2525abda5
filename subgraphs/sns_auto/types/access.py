"""Who may see what: all of it is its user's and admins', but for what the networks and link pages show to everybody."""

from subgraphs.kit.errors import Forbidden
from subgraphs.sns_auto.loaders import Info
from subgraphs.sns_auto.rules import PRODUCT


def viewer_key(info: Info) -> int:
    """Of a viewer with a subscription. Raises Unauthenticated or SubscriptionRequired."""
    viewer = info.context.require_viewer()
    viewer.require_product(PRODUCT)
    return viewer.user_id


def own_key(info: Info, user: int) -> int:
    """Raises Unauthenticated, Forbidden or SubscriptionRequired."""
    viewer = info.context.require_viewer()
    if not viewer.may_see(user):
        raise Forbidden
    viewer.require_product(PRODUCT)
    return user


def owns(info: Info, user: int) -> bool:
    viewer = info.context.viewer
    return viewer is not None and viewer.may_see(user)
