"""Who may see what belongs to a user: the user and admins."""

from subgraphs.accounts.loaders import Info
from subgraphs.kit.errors import Forbidden


def owns(info: Info, user: int) -> bool:
    viewer = info.context.viewer
    return viewer is not None and viewer.may_see(user)


def own_key(info: Info, user: int) -> int:
    """Raises Unauthenticated or Forbidden."""
    if not info.context.require_viewer().may_see(user):
        raise Forbidden
    return user
