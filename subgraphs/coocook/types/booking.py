"""Chefs, and who booked them."""

from datetime import datetime
from typing import Self

import strawberry

from subgraphs.coocook import models
from subgraphs.coocook.cache_policy import BOOKING, CHEF, CHEF_LIST, MENU
from subgraphs.coocook.loaders import Info
from subgraphs.coocook.models import BookingPaymentStatus, BookingStatus, Cuisine, MenuCategory
from subgraphs.coocook.types.access import sees_booking
from subgraphs.coocook.types.user import User
from subgraphs.kit import ids
from subgraphs.kit.connection import Connection
from subgraphs.kit.entities import STUB, from_row
from subgraphs.kit.errors import Forbidden, JsonValue
from subgraphs.kit.loaders import Children
from subgraphs.kit.money import Money
from subgraphs.kit.pagination import page_request


@strawberry.federation.type(keys=["id"], directives=[CHEF])
class Chef:
    id: strawberry.ID
    name: str | None = strawberry.field(description="The chef's own, if any. See `displayName`.")
    bio: str
    cuisine: Cuisine
    location: str
    price_per_session: Money = strawberry.field(description="For each hour.")
    rating: float | None = strawberry.field(description="From 1 to 5; null without ratings.")
    rating_count: int
    is_active: bool = strawberry.field(description="Whether the chef takes bookings.")
    created_at: datetime
    updated_at: datetime
    row: strawberry.Private[models.Chef]
    user_name: strawberry.Private[str | None] = None

    @strawberry.federation.field(
        requires=["user { name }"], description="The chef's own name, else that of the user."
    )
    def display_name(self) -> str | None:
        return self.row.name or self.user_name

    @strawberry.field
    def user(self) -> User:
        return User.of(self.row.user_id)

    @strawberry.federation.field(directives=[MENU])
    async def menus(self, info: Info) -> list["Menu"]:
        return [Menu.of(row) for row in await info.context.loaders.menus.load(self.row.id)]

    @strawberry.federation.field(directives=[CHEF_LIST], description="Newest first.")
    async def reviews(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> "Connection[BookingReview]":
        children = Children(self.row.id, page_request(first, after), None)
        return Connection.of(await info.context.loaders.chef_reviews.load(children), BookingReview.of)

    @strawberry.federation.field(
        directives=[BOOKING],
        description="The chef's calendar, latest start first. Only for the chef and admins.",
    )
    async def bookings(
        self, info: Info, first: int = 20, after: str | None = None, status: BookingStatus | None = None
    ) -> "Connection[Booking] | None":
        if not info.context.require_viewer().may_see(self.row.user_id):
            raise Forbidden
        children = Children(self.row.id, page_request(first, after), status)
        return Connection.of(await info.context.loaders.calendar.load(children), Booking.of)

    @classmethod
    def of(cls, row: models.Chef, user_name: str | None = None) -> Self:
        return from_row(cls, row, user_name=user_name)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID, user: JsonValue = None) -> Self | None:
        row = await info.context.loaders.chef.load(ids.decode("Chef", id))
        name = user.get("name") if isinstance(user, dict) else None
        return cls.of(row, name if isinstance(name, str) else None) if row else None


@strawberry.type(directives=[MENU])
class Menu:
    id: strawberry.ID
    name: str
    category: MenuCategory
    cuisine: Cuisine
    price: Money
    ingredients: list[str]
    servings: int
    prep_time_minutes: int
    created_at: datetime
    updated_at: datetime
    row: strawberry.Private[models.Menu]

    @strawberry.field
    async def chef(self, info: Info) -> Chef | None:
        return await load_chef(info, self.row.chef_id)

    @classmethod
    def of(cls, row: models.Menu) -> Self:
        return from_row(cls, row)


@strawberry.federation.type(
    keys=["id"], directives=[BOOKING], description="Only its customer, its chef and admins see it."
)
class Booking:
    id: strawberry.ID
    status: BookingStatus
    starts_at: datetime
    ends_at: datetime
    duration_minutes: int
    price_per_session: Money = strawberry.field(description="What the chef charged when it was made.")
    total_price: Money
    special_requests: str | None
    created_at: datetime
    updated_at: datetime
    row: strawberry.Private[models.Booking]

    @strawberry.field
    def customer(self) -> User:
        return User.of(self.row.customer_id)

    @strawberry.field
    async def chef(self, info: Info) -> Chef | None:
        return await load_chef(info, self.row.chef_id)

    @strawberry.field
    async def payment(self, info: Info) -> "BookingPayment | None":
        row = await info.context.loaders.payment_of_booking.load(self.row.id)
        return BookingPayment.of(row) if row else None

    @strawberry.field
    async def review(self, info: Info) -> "BookingReview | None":
        row = await info.context.loaders.review_of_booking.load(self.row.id)
        return BookingReview.of(row) if row else None

    @classmethod
    def of(cls, row: models.Booking) -> Self:
        return from_row(cls, row)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> "Booking | None":
        return await load_booking(info, id)


@strawberry.federation.type(keys=[STUB])
class Payment:
    """Owned by accounts."""

    id: strawberry.ID


@strawberry.type
class BookingPayment:
    id: strawberry.ID
    amount: Money
    status: BookingPaymentStatus
    created_at: datetime
    updated_at: datetime
    row: strawberry.Private[models.BookingPayment]

    @strawberry.field(description="In the payer's list of payments, once it is there.")
    def transaction(self) -> Payment | None:
        key = self.row.payment_id
        return None if key is None else Payment(id=ids.encode("Payment", key))

    @classmethod
    def of(cls, row: models.BookingPayment) -> Self:
        return from_row(cls, row)


@strawberry.federation.type(keys=["id"], directives=[CHEF])
class BookingReview:
    id: strawberry.ID
    rating: int
    comment: str
    created_at: datetime
    updated_at: datetime
    row: strawberry.Private[models.BookingReview]

    @strawberry.field
    def author(self) -> User:
        return User.of(self.row.author_id)

    @strawberry.field
    async def chef(self, info: Info) -> Chef | None:
        return await load_chef(info, self.row.chef_id)

    @classmethod
    def of(cls, row: models.BookingReview) -> Self:
        return from_row(cls, row)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:
        row = await info.context.loaders.booking_review.load(ids.decode("BookingReview", id))
        return cls.of(row) if row else None


async def load_chef(info: Info, key: int) -> Chef | None:
    row = await info.context.loaders.chef.load(key)
    return Chef.of(row) if row else None


async def load_booking(info: Info, id: strawberry.ID) -> Booking | None:
    """None also for a booking that is not the viewer's to see."""
    row = await info.context.loaders.booking.load(ids.decode("Booking", id))
    return Booking.of(row) if row and await sees_booking(info, row) else None
