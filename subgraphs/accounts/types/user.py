"""Users, what hangs on them, and signing in."""

from datetime import datetime
from typing import Self

import strawberry

from subgraphs.accounts import models
from subgraphs.accounts.cache_policy import OWN, PROFILE, SUBSCRIPTIONS
from subgraphs.accounts.loaders import Info
from subgraphs.accounts.models import SubscriptionStatus
from subgraphs.accounts.types.access import own_key, owns
from subgraphs.accounts.types.billing import Invoice, Order, Payment, ProductSubscription
from subgraphs.accounts.types.catalogue import Product
from subgraphs.accounts.types.files import ApiKey, FileUpload
from subgraphs.accounts.types.notification import Notification
from subgraphs.kit import ids
from subgraphs.kit.connection import Connection
from subgraphs.kit.entities import from_row
from subgraphs.kit.loaders import Children
from subgraphs.kit.pagination import page_request
from subgraphs.kit.viewer import Role


@strawberry.federation.type(keys=["id"], directives=[PROFILE])
class User:
    """Name and picture are public. What is the user's own is null for others, and lists are FORBIDDEN."""

    id: strawberry.ID
    name: str
    avatar_url: str | None
    email_verified: bool
    created_at: datetime
    updated_at: datetime
    row: strawberry.Private[models.User]

    @strawberry.federation.field(directives=[OWN], description="Null unless it is you, or you are an admin.")
    def email(self, info: Info) -> str | None:
        return self.row.email if owns(info, self.row.id) else None

    @strawberry.federation.field(directives=[OWN], description="Null unless it is you, or you are an admin.")
    def role(self, info: Info) -> Role | None:
        return self.row.role if owns(info, self.row.id) else None

    @strawberry.federation.field(directives=[SUBSCRIPTIONS], description="Newest first.")
    async def subscriptions(
        self,
        info: Info,
        first: int = 20,
        after: str | None = None,
        status: SubscriptionStatus | None = None,
    ) -> Connection[ProductSubscription] | None:
        children = Children(own_key(info, self.row.id), page_request(first, after), status)
        return Connection.of(await info.context.loaders.subscriptions.load(children), ProductSubscription.of)

    @strawberry.federation.field(directives=[OWN], description="Newest first.")
    async def payments(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> Connection[Payment] | None:
        children = Children(own_key(info, self.row.id), page_request(first, after), None)
        return Connection.of(await info.context.loaders.payments.load(children), Payment.of)

    @strawberry.federation.field(directives=[OWN], description="Newest first.")
    async def orders(self, info: Info, first: int = 20, after: str | None = None) -> Connection[Order] | None:
        children = Children(own_key(info, self.row.id), page_request(first, after), None)
        return Connection.of(await info.context.loaders.orders.load(children), Order.of)

    @strawberry.federation.field(directives=[OWN], description="Newest first.")
    async def invoices(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> Connection[Invoice] | None:
        children = Children(own_key(info, self.row.id), page_request(first, after), None)
        return Connection.of(await info.context.loaders.invoices.load(children), Invoice.of)

    @strawberry.federation.field(directives=[OWN], description="Newest first.")
    async def notifications(
        self, info: Info, first: int = 20, after: str | None = None, unread_only: bool = False
    ) -> Connection[Notification] | None:
        children = Children(own_key(info, self.row.id), page_request(first, after), unread_only)
        return Connection.of(await info.context.loaders.notifications.load(children), Notification.of)

    @strawberry.federation.field(directives=[OWN])
    async def unread_notification_count(self, info: Info) -> int | None:
        return await info.context.loaders.unread_count.load(own_key(info, self.row.id))

    @strawberry.federation.field(directives=[OWN], description="Newest first.")
    async def files(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> Connection[FileUpload] | None:
        children = Children(own_key(info, self.row.id), page_request(first, after), None)
        return Connection.of(await info.context.loaders.files.load(children), FileUpload.of)

    @strawberry.federation.field(name="apiKeys", directives=[OWN], description="Newest first.")
    async def api_keys(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> Connection[ApiKey] | None:
        children = Children(own_key(info, self.row.id), page_request(first, after), None)
        return Connection.of(await info.context.loaders.api_keys.load(children), ApiKey.of)

    @classmethod
    def of(cls, row: models.User) -> Self:
        return from_row(cls, row)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:
        row = await info.context.loaders.user.load(ids.decode("User", id))
        return cls.of(row) if row else None


@strawberry.type(description="A product, and what the viewer has of it.")
class DashboardProduct:
    product: Product
    subscribed: bool
    subscription: ProductSubscription | None


@strawberry.type(directives=[OWN])
class Dashboard:
    products: list[DashboardProduct]
    unread_notification_count: int


@strawberry.type(description="Send the access token as `Authorization: Bearer <accessToken>`.")
class AuthPayload:
    access_token: str
    expires_at: datetime
    user: User


@strawberry.input
class RegisterInput:
    email: str
    password: str
    name: str


@strawberry.input
class LoginInput:
    email: str
    password: str
