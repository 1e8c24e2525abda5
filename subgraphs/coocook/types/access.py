"""Who may see what: a user's own things are the user's and admins', a booking also the chef's."""

from subgraphs.coocook import models
from subgraphs.coocook.loaders import Info
from subgraphs.coocook.rules import PRODUCT
from subgraphs.kit.errors import Forbidden


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


async def sees_booking(info: Info, booking: models.Booking) -> bool:
    if info.context.viewer is None or owns(info, booking.customer_id):
        return info.context.viewer is not None
    chef = await info.context.loaders.chef.load(booking.chef_id)
    return chef is not None and owns(info, chef.user_id)
