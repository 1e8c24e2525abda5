"""Subscriptions, payments, orders and invoices: what a user bought."""

from datetime import datetime
from typing import Self

import strawberry

from subgraphs.accounts import models
from subgraphs.accounts.cache_policy import OWN, SUBSCRIPTIONS
from subgraphs.accounts.loaders import Info
from subgraphs.accounts.models import (
    BillingPeriod,
    InvoiceStatus,
    OrderStatus,
    PaymentStatus,
    SubscriptionStatus,
)
from subgraphs.accounts.types.access import owns
from subgraphs.accounts.types.catalogue import Product, SubscriptionPlan, load_product
from subgraphs.kit import ids
from subgraphs.kit.cache_control import INHERITED
from subgraphs.kit.entities import from_row
from subgraphs.kit.money import Money, money


@strawberry.federation.type(keys=["id"], directives=[OWN])
class Payment:
    id: strawberry.ID
    amount: Money
    status: PaymentStatus
    description: str
    paid_at: datetime | None
    created_at: datetime
    updated_at: datetime
    row: strawberry.Private[models.Payment]

    @strawberry.field
    async def product(self, info: Info) -> Product | None:
        return await load_product(info, self.row.product_id)

    @classmethod
    def of(cls, row: models.Payment) -> Self:
        return from_row(cls, row)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:
        row = await info.context.loaders.payment.load(ids.decode("Payment", id))
        return cls.of(row) if row and owns(info, row.user_id) else None


# Not `Subscription`: that is the name of a root type, and Hive's gateway takes any type of that name for one.
@strawberry.federation.type(
    keys=["id"], directives=[SUBSCRIPTIONS], description="Of a user, to a product or to a plan."
)
class ProductSubscription:
    id: strawberry.ID
    period: BillingPeriod
    status: SubscriptionStatus
    started_at: datetime
    current_period_end: datetime | None
    canceled_at: datetime | None
    created_at: datetime
    updated_at: datetime
    row: strawberry.Private[models.Subscription]

    @strawberry.field
    async def product(self, info: Info) -> Product | None:
        return await load_product(info, self.row.product_id)

    @strawberry.field
    async def plan(self, info: Info) -> SubscriptionPlan | None:
        if self.row.plan_id is None:
            return None
        row = await info.context.loaders.plan.load(self.row.plan_id)
        return SubscriptionPlan.of(row) if row else None

    @classmethod
    def of(cls, row: models.Subscription) -> Self:
        return from_row(cls, row)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:
        row = await info.context.loaders.subscription.load(ids.decode("ProductSubscription", id))
        return cls.of(row) if row and owns(info, row.user_id) else None


@strawberry.type(directives=[INHERITED])
class OrderItem:
    description: str
    quantity: int
    unit_price: Money
    row: strawberry.Private[models.OrderItem]

    @strawberry.field
    async def product(self, info: Info) -> Product | None:
        return await load_product(info, self.row.product_id)


@strawberry.federation.type(keys=["id"], directives=[OWN])
class Order:
    id: strawberry.ID
    number: str
    status: OrderStatus
    subtotal: Money
    tax: Money
    discount: Money
    total: Money
    created_at: datetime
    updated_at: datetime
    row: strawberry.Private[models.Order]

    @strawberry.field
    async def items(self, info: Info) -> list[OrderItem]:
        rows = await info.context.loaders.order_items.load(self.row.id)
        return [
            OrderItem(
                description=row.description,
                quantity=row.quantity,
                unit_price=money(row.unit_price_minor, self.row.currency),
                row=row,
            )
            for row in rows
        ]

    @classmethod
    def of(cls, row: models.Order) -> Self:
        return from_row(
            cls,
            row,
            subtotal=money(row.subtotal_minor, row.currency),
            tax=money(row.tax_minor, row.currency),
            discount=money(row.discount_minor, row.currency),
            total=money(row.total_minor, row.currency),
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:
        row = await info.context.loaders.order.load(ids.decode("Order", id))
        return cls.of(row) if row and owns(info, row.user_id) else None


@strawberry.federation.type(keys=["id"], directives=[OWN])
class Invoice:
    id: strawberry.ID
    number: str
    status: InvoiceStatus
    amount: Money
    tax: Money
    total: Money
    payment_method: str | None
    issued_at: datetime | None
    due_at: datetime | None
    paid_at: datetime | None
    created_at: datetime
    updated_at: datetime
    row: strawberry.Private[models.Invoice]

    @strawberry.field
    async def order(self, info: Info) -> Order | None:
        if self.row.order_id is None:
            return None
        row = await info.context.loaders.order.load(self.row.order_id)
        return Order.of(row) if row else None

    @classmethod
    def of(cls, row: models.Invoice) -> Self:
        return from_row(
            cls,
            row,
            amount=money(row.amount_minor, row.currency),
            tax=money(row.tax_minor, row.currency),
            total=money(row.total_minor, row.currency),
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:
        row = await info.context.loaders.invoice.load(ids.decode("Invoice", id))
        return cls.of(row) if row and owns(info, row.user_id) else None
