"""Who asks: the signed-in user as the access token describes it, and what it may do."""

import enum
from dataclasses import dataclass

import strawberry

from subgraphs.kit.errors import Forbidden, SubscriptionRequired


@strawberry.enum
class Role(enum.Enum):
    USER = "USER"
    CREATOR = "CREATOR"
    MODERATOR = "MODERATOR"
    ADMIN = "ADMIN"


@dataclass(frozen=True, slots=True)
class Viewer:
    """`products` are slugs of products with an active subscription when the token was issued (decision 022)."""

    user_id: int
    role: Role = Role.USER
    scopes: frozenset[str] = frozenset()
    products: frozenset[str] = frozenset()

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN

    def may_see(self, user_id: int) -> bool:
        """Whether what only a user itself and admins see is the viewer's to see."""
        return self.is_admin or self.user_id == user_id

    def require_admin(self) -> None:
        """Raises Forbidden."""
        if not self.is_admin:
            raise Forbidden

    def require_scope(self, scope: str) -> None:
        """`scope` is verb:resource, such as `write:sns_posts`. Raises Forbidden."""
        if not self.is_admin and scope not in self.scopes:
            raise Forbidden(f"This needs the permission {scope}.")

    def require_product(self, slug: str) -> None:
        """The subscription gate. Raises SubscriptionRequired."""
        if not self.has_product(slug):
            raise SubscriptionRequired(slug)

    def has_product(self, slug: str) -> bool:
        """Whether the gate is open. For what is null, and not an error, to those outside."""
        return self.is_admin or slug in self.products
