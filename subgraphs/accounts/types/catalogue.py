"""Products and plans: what can be subscribed to."""

from datetime import datetime
from typing import Self

import strawberry

from subgraphs.accounts import models
from subgraphs.accounts.cache_policy import CATALOGUE
from subgraphs.accounts.loaders import Info
from subgraphs.kit import ids
from subgraphs.kit.entities import from_row
from subgraphs.kit.errors import InvalidRepresentation
from subgraphs.kit.money import Money


@strawberry.federation.type(keys=["id", "slug"], directives=[CATALOGUE])
class Product:
    id: strawberry.ID
    slug: str
    name: str
    description: str
    icon: str
    monthly_price: Money | None
    annual_price: Money | None
    one_time_price: Money | None
    is_active: bool
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: models.Product) -> Self:
        return from_row(cls, row)

    @classmethod
    async def resolve_reference(
        cls, info: Info, id: strawberry.ID | None = None, slug: str | None = None
    ) -> Self | None:
        loaders = info.context.loaders
        if id is not None:
            row = await loaders.product.load(ids.decode("Product", id))
        elif slug is not None:
            row = await loaders.product_by_slug.load(slug)
        else:
            raise InvalidRepresentation("A Product needs its id or its slug.")
        return cls.of(row) if row else None


@strawberry.federation.type(keys=["id"], directives=[CATALOGUE], description="Without a price: on request.")
class SubscriptionPlan:
    id: strawberry.ID
    slug: str
    name: str
    monthly_price: Money | None
    annual_price: Money | None
    features: list[str]
    max_products: int | None
    max_users: int | None
    bookings_per_month: int | None
    posts_per_month: int | None
    api_calls_per_month: int | None
    trial_days: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: models.SubscriptionPlan) -> Self:
        return from_row(cls, row)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:
        row = await info.context.loaders.plan.load(ids.decode("SubscriptionPlan", id))
        return cls.of(row) if row else None


async def load_product(info: Info, key: int | None) -> Product | None:
    row = await info.context.loaders.product.load(key) if key is not None else None
    return Product.of(row) if row else None
