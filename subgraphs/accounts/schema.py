"""The schema of accounts: root fields, thin over repository, loaders and service."""

import strawberry

from subgraphs.accounts import models, repository, rules, service
from subgraphs.accounts.cache_policy import CATALOGUE, OWN, SUBSCRIPTIONS
from subgraphs.accounts.loaders import Info
from subgraphs.accounts.models import SubscriptionStatus
from subgraphs.accounts.types.billing import Invoice, Order, Payment, ProductSubscription
from subgraphs.accounts.types.catalogue import Product, SubscriptionPlan
from subgraphs.accounts.types.files import ApiKey, FileUpload
from subgraphs.accounts.types.notification import Notification
from subgraphs.accounts.types.user import (
    AuthPayload,
    Dashboard,
    DashboardProduct,
    LoginInput,
    RegisterInput,
    User,
)
from subgraphs.kit import ids
from subgraphs.kit.connection import Connection
from subgraphs.kit.errors import Unauthenticated
from subgraphs.kit.federation import Schema
from subgraphs.kit.loaders import Children
from subgraphs.kit.pagination import page_request


@strawberry.type
class Query:
    @strawberry.federation.field(directives=[OWN], description="The signed-in user.")
    async def me(self, info: Info) -> User | None:
        row = await info.context.loaders.user.load(info.context.require_viewer().user_id)
        if row is None or not row.is_active:
            raise Unauthenticated
        return User.of(row)

    @strawberry.field
    async def user(self, info: Info, id: strawberry.ID) -> User | None:
        row = await info.context.loaders.user.load(ids.decode("User", id))
        return User.of(row) if row else None

    @strawberry.federation.field(directives=[OWN], description="Admins only. Oldest first.")
    async def users(self, info: Info, first: int = 20, after: str | None = None) -> Connection[User] | None:
        info.context.require_viewer().require_admin()
        async with info.context.read() as session:
            return Connection.of(await repository.user_page(session, page_request(first, after)), User.of)

    @strawberry.federation.field(directives=[CATALOGUE], description="What can be subscribed to.")
    async def products(self, info: Info) -> list[Product]:
        async with info.context.read() as session:
            return [Product.of(row) for row in await repository.active_products(session)]

    @strawberry.federation.field(directives=[CATALOGUE])
    async def product(self, info: Info, slug: str) -> Product | None:
        row = await info.context.loaders.product_by_slug.load(slug)
        return Product.of(row) if row else None

    @strawberry.federation.field(directives=[CATALOGUE])
    async def plans(self, info: Info) -> list[SubscriptionPlan]:
        async with info.context.read() as session:
            return [SubscriptionPlan.of(row) for row in await repository.active_plans(session)]

    @strawberry.federation.field(directives=[SUBSCRIPTIONS], description="The viewer's, newest first.")
    async def my_subscriptions(
        self,
        info: Info,
        first: int = 20,
        after: str | None = None,
        status: SubscriptionStatus | None = None,
    ) -> Connection[ProductSubscription] | None:
        children = Children(info.context.require_viewer().user_id, page_request(first, after), status)
        return Connection.of(await info.context.loaders.subscriptions.load(children), ProductSubscription.of)

    @strawberry.federation.field(directives=[OWN], description="The viewer's, newest first.")
    async def my_payments(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> Connection[Payment] | None:
        children = Children(info.context.require_viewer().user_id, page_request(first, after), None)
        return Connection.of(await info.context.loaders.payments.load(children), Payment.of)

    @strawberry.federation.field(directives=[OWN], description="The viewer's, newest first.")
    async def my_orders(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> Connection[Order] | None:
        children = Children(info.context.require_viewer().user_id, page_request(first, after), None)
        return Connection.of(await info.context.loaders.orders.load(children), Order.of)

    @strawberry.federation.field(directives=[OWN], description="The viewer's, newest first.")
    async def invoices(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> Connection[Invoice] | None:
        children = Children(info.context.require_viewer().user_id, page_request(first, after), None)
        return Connection.of(await info.context.loaders.invoices.load(children), Invoice.of)

    @strawberry.federation.field(directives=[OWN], description="The viewer's, newest first.")
    async def notifications(
        self, info: Info, first: int = 20, after: str | None = None, unread_only: bool = False
    ) -> Connection[Notification] | None:
        children = Children(info.context.require_viewer().user_id, page_request(first, after), unread_only)
        return Connection.of(await info.context.loaders.notifications.load(children), Notification.of)

    @strawberry.federation.field(directives=[OWN])
    async def unread_notification_count(self, info: Info) -> int | None:
        return await info.context.loaders.unread_count.load(info.context.require_viewer().user_id)

    @strawberry.federation.field(directives=[OWN], description="The viewer's, newest first.")
    async def my_files(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> Connection[FileUpload] | None:
        children = Children(info.context.require_viewer().user_id, page_request(first, after), None)
        return Connection.of(await info.context.loaders.files.load(children), FileUpload.of)

    @strawberry.federation.field(
        name="myAPIKeys", directives=[OWN], description="The viewer's, newest first."
    )
    async def my_api_keys(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> Connection[ApiKey] | None:
        children = Children(info.context.require_viewer().user_id, page_request(first, after), None)
        return Connection.of(await info.context.loaders.api_keys.load(children), ApiKey.of)

    @strawberry.federation.field(
        directives=[OWN], description="Every product, and which of them the viewer has."
    )
    async def dashboard(self, info: Info) -> Dashboard | None:
        viewer, loaders = info.context.require_viewer(), info.context.loaders
        async with info.context.read() as session:
            products = await repository.active_products(session)
        running = await loaders.running_subscriptions.load(viewer.user_id)
        by_product = {s.product_id: s for s in running if rules.gives_access(s, info.context.now)}
        return Dashboard(
            products=[_dashboard_product(product, by_product.get(product.id)) for product in products],
            unread_notification_count=await loaders.unread_count.load(viewer.user_id),
        )


@strawberry.type
class Mutation:
    @strawberry.field(description="Makes an account and signs in.")
    async def register(self, info: Info, input: RegisterInput) -> AuthPayload:
        return _payload(await service.register(info.context, input.email, input.password, input.name))

    @strawberry.field(description="Five failures within a minute lock the address for 15 minutes.")
    async def login(self, info: Info, input: LoginInput) -> AuthPayload:
        return _payload(await service.login(info.context, input.email, input.password))


def _dashboard_product(product: models.Product, subscription: models.Subscription | None) -> DashboardProduct:
    return DashboardProduct(
        product=Product.of(product),
        subscribed=subscription is not None,
        subscription=ProductSubscription.of(subscription) if subscription else None,
    )


def _payload(signed_in: service.SignedIn) -> AuthPayload:
    return AuthPayload(
        access_token=signed_in.access_token,
        expires_at=signed_in.expires_at,
        user=User.of(signed_in.user),
    )


schema = Schema(query=Query, mutation=Mutation)
