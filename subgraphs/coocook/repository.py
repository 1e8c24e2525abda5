"""All SQL of coocook."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import strawberry
from sqlalchemy import Select, func, select

from subgraphs.coocook.models import (
    Booking,
    BookingPayment,
    BookingReview,
    BookingStatus,
    Chef,
    Cuisine,
    FeedItem,
    Follow,
    Menu,
    MenuCategory,
    Recipe,
    RecipeIngredient,
    RecipeReview,
    ShoppingList,
    ShoppingListItem,
)
from subgraphs.kit.database import ReadSession, WriteSession
from subgraphs.kit.loaders import is_one_of
from subgraphs.kit.money import Currency
from subgraphs.kit.pagination import Order, Page, PageRequest, paginate, paginate_children

OPEN: Final = (BookingStatus.PENDING, BookingStatus.CONFIRMED)


@strawberry.enum
class ChefSort(enum.Enum):
    RATING = strawberry.enum_value("RATING", description="Best first; few ratings count less than many.")
    POPULARITY = strawberry.enum_value("POPULARITY", description="Rating times number of ratings.")
    PRICE_LOW = strawberry.enum_value("PRICE_LOW", description="Needs a filter by currency.")
    PRICE_HIGH = strawberry.enum_value("PRICE_HIGH", description="Needs a filter by currency.")
    NEWEST = "NEWEST"


@strawberry.enum
class RecipeSort(enum.Enum):
    NEWEST = "NEWEST"
    MOST_LIKED = "MOST_LIKED"


@strawberry.enum
class RecipeReviewSort(enum.Enum):
    RECENT = "RECENT"
    HELPFUL = "HELPFUL"
    RATING_HIGH = "RATING_HIGH"
    RATING_LOW = "RATING_LOW"


CHEF_COLUMNS: Final[Any] = Chef.__table__.c

CHEF_ORDERS: Final[Mapping[ChefSort, Order]] = {
    ChefSort.RATING: Order("chefs_by_rating", Chef.ranking_score, Chef.id, Decimal),
    ChefSort.POPULARITY: Order("chefs_by_popularity", Chef.rating_sum, Chef.id, int),
    ChefSort.PRICE_LOW: Order(
        "chefs_from_low_price", CHEF_COLUMNS.price_per_session_minor, Chef.id, int, descending=False
    ),
    ChefSort.PRICE_HIGH: Order("chefs_from_high_price", CHEF_COLUMNS.price_per_session_minor, Chef.id, int),
    ChefSort.NEWEST: Order("chefs_newest", Chef.created_at, Chef.id, datetime),
}
RECIPE_ORDERS: Final[Mapping[RecipeSort, Order]] = {
    RecipeSort.NEWEST: Order("recipes_newest", Recipe.created_at, Recipe.id, datetime),
    RecipeSort.MOST_LIKED: Order("recipes_most_liked", Recipe.like_count, Recipe.id, int),
}
RECIPE_REVIEW_ORDERS: Final[Mapping[RecipeReviewSort, Order]] = {
    RecipeReviewSort.RECENT: Order("reviews_recent", RecipeReview.created_at, RecipeReview.id, datetime),
    RecipeReviewSort.HELPFUL: Order("reviews_helpful", RecipeReview.helpful_count, RecipeReview.id, int),
    RecipeReviewSort.RATING_HIGH: Order("reviews_high", RecipeReview.rating, RecipeReview.id, int),
    RecipeReviewSort.RATING_LOW: Order(
        "reviews_low", RecipeReview.rating, RecipeReview.id, int, descending=False
    ),
}
BOOKINGS_LATEST = Order("bookings", Booking.starts_at, Booking.id, datetime)
BOOKING_REVIEWS_NEWEST = Order("booking_reviews", BookingReview.created_at, BookingReview.id, datetime)
FOLLOWS_NEWEST = Order("follows", Follow.created_at, Follow.id, datetime)
FEED_NEWEST = Order("feed", FeedItem.created_at, FeedItem.id, datetime)
SHOPPING_LISTS_NEWEST = Order("shopping_lists", ShoppingList.created_at, ShoppingList.id, datetime)


@dataclass(frozen=True, slots=True)
class ChefSelection:
    """Which chefs; None selects all. `text` is looked for in name, bio and location."""

    text: str | None = None
    cuisine: Cuisine | None = None
    location: str | None = None
    currency: Currency | None = None
    price_at_least: int | None = None
    price_at_most: int | None = None
    rating_at_least: float | None = None


@dataclass(frozen=True, slots=True)
class RecipeSelection:
    """Which recipes; preparation takes longer than `minutes_over`, and up to `minutes_up_to`."""

    text: str | None = None
    cuisine: Cuisine | None = None
    minutes_over: int | None = None
    minutes_up_to: int | None = None


@dataclass(frozen=True, slots=True)
class CuisineChefs:
    """The active chefs of a cuisine whose price is in one currency; prices in minor units."""

    cuisine: Cuisine
    currency: Currency
    chefs: int
    rating_sum: int
    rating_count: int
    price_sum: int


async def chefs(session: ReadSession, ids: Sequence[int]) -> Sequence[Chef]:
    return await session.all(select(Chef).where(is_one_of(Chef.id, ids)))


async def chefs_of_users(session: ReadSession, users: Sequence[int]) -> Sequence[Chef]:
    return await session.all(select(Chef).where(is_one_of(Chef.user_id, users)))


async def bookings(session: ReadSession, ids: Sequence[int]) -> Sequence[Booking]:
    return await session.all(select(Booking).where(is_one_of(Booking.id, ids)))


async def payments_of_bookings(session: ReadSession, bookings: Sequence[int]) -> Sequence[BookingPayment]:
    return await session.all(select(BookingPayment).where(is_one_of(BookingPayment.booking_id, bookings)))


async def reviews_of_bookings(session: ReadSession, bookings: Sequence[int]) -> Sequence[BookingReview]:
    return await session.all(select(BookingReview).where(is_one_of(BookingReview.booking_id, bookings)))


async def booking_reviews(session: ReadSession, ids: Sequence[int]) -> Sequence[BookingReview]:
    return await session.all(select(BookingReview).where(is_one_of(BookingReview.id, ids)))


async def recipes(session: ReadSession, ids: Sequence[int]) -> Sequence[Recipe]:
    return await session.all(select(Recipe).where(is_one_of(Recipe.id, ids)))


async def recipe_reviews(session: ReadSession, ids: Sequence[int]) -> Sequence[RecipeReview]:
    return await session.all(select(RecipeReview).where(is_one_of(RecipeReview.id, ids)))


async def shopping_lists(session: ReadSession, ids: Sequence[int]) -> Sequence[ShoppingList]:
    return await session.all(select(ShoppingList).where(is_one_of(ShoppingList.id, ids)))


async def menus(session: ReadSession, category: MenuCategory | None) -> Sequence[Menu]:
    statement = select(Menu).order_by(Menu.id)
    return await session.all(statement if category is None else statement.where(Menu.category == category))


async def menu_counts(session: ReadSession) -> Mapping[MenuCategory, int]:
    """Categories without menus are left out."""
    statement = select(Menu.category, func.count()).group_by(Menu.category)
    return {row[0]: row[1] for row in await session.rows(statement)}


async def chef_page(
    session: ReadSession, selection: ChefSelection, sort: ChefSort, page: PageRequest
) -> Page[Chef]:
    """Of active chefs."""
    statement = select(Chef).where(Chef.is_active)
    if selection.text is not None:
        statement = statement.where(
            Chef.name.icontains(selection.text, autoescape=True)
            | Chef.bio.icontains(selection.text, autoescape=True)
            | Chef.location.icontains(selection.text, autoescape=True)
        )
    if selection.location is not None:
        statement = statement.where(Chef.location.icontains(selection.location, autoescape=True))
    if selection.cuisine is not None:
        statement = statement.where(Chef.cuisine == selection.cuisine)
    if selection.rating_at_least is not None:
        statement = statement.where(
            Chef.rating_count > 0, Chef.rating_sum >= selection.rating_at_least * Chef.rating_count
        )
    return await paginate(session, _priced(statement, selection), CHEF_ORDERS[sort], page)


def _priced(statement: Select[Chef], selection: ChefSelection) -> Select[Chef]:
    if selection.currency is not None:
        statement = statement.where(CHEF_COLUMNS.price_per_session_currency == selection.currency)
    if selection.price_at_least is not None:
        statement = statement.where(CHEF_COLUMNS.price_per_session_minor >= selection.price_at_least)
    if selection.price_at_most is not None:
        statement = statement.where(CHEF_COLUMNS.price_per_session_minor <= selection.price_at_most)
    return statement


async def cuisine_chefs(session: ReadSession) -> Sequence[CuisineChefs]:
    """By cuisine, then by currency."""
    statement = (
        select(
            Chef.cuisine,
            CHEF_COLUMNS.price_per_session_currency,
            func.count(),
            func.sum(Chef.rating_sum),
            func.sum(Chef.rating_count),
            func.sum(CHEF_COLUMNS.price_per_session_minor),
        )
        .where(Chef.is_active)
        .group_by(Chef.cuisine, CHEF_COLUMNS.price_per_session_currency)
        .order_by(Chef.cuisine, CHEF_COLUMNS.price_per_session_currency)
    )
    return [
        CuisineChefs(cuisine, currency, chefs, int(rating_sum), int(rating_count), int(price_sum))
        for cuisine, currency, chefs, rating_sum, rating_count, price_sum in await session.rows(statement)
    ]


async def open_bookings(session: ReadSession, chef: int, start: datetime, end: datetime) -> Sequence[Booking]:
    """That take time of the chef between start and end, in order; they never overlap."""
    return await session.all(
        select(Booking)
        .where(
            Booking.chef_id == chef,
            Booking.status.in_(OPEN),
            Booking.starts_at < end,
            Booking.ends_at > start,
        )
        .order_by(Booking.starts_at)
    )


async def booking_pages(
    session: ReadSession, customers: Sequence[int], page: PageRequest, status: BookingStatus | None
) -> Mapping[int, Page[Booking]]:
    return await paginate_children(
        session, _bookings(status), Booking.customer_id, customers, BOOKINGS_LATEST, page
    )


async def calendar_pages(
    session: ReadSession, chefs: Sequence[int], page: PageRequest, status: BookingStatus | None
) -> Mapping[int, Page[Booking]]:
    return await paginate_children(session, _bookings(status), Booking.chef_id, chefs, BOOKINGS_LATEST, page)


def _bookings(status: BookingStatus | None) -> Select[Booking]:
    statement = select(Booking)
    return statement if status is None else statement.where(Booking.status == status)


async def chef_review_pages(
    session: ReadSession, chefs: Sequence[int], page: PageRequest, _: None
) -> Mapping[int, Page[BookingReview]]:
    return await paginate_children(
        session, select(BookingReview), BookingReview.chef_id, chefs, BOOKING_REVIEWS_NEWEST, page
    )


async def chef_menus(session: ReadSession, chefs: Sequence[int]) -> Mapping[int, list[Menu]]:
    found: dict[int, list[Menu]] = {chef: [] for chef in chefs}
    for menu in await session.all(select(Menu).where(is_one_of(Menu.chef_id, chefs)).order_by(Menu.id)):
        found[menu.chef_id].append(menu)
    return found


async def recipe_page(
    session: ReadSession, selection: RecipeSelection, sort: RecipeSort, page: PageRequest
) -> Page[Recipe]:
    statement = select(Recipe)
    if selection.text is not None:
        statement = statement.where(Recipe.name.icontains(selection.text, autoescape=True))
    if selection.cuisine is not None:
        statement = statement.where(Recipe.cuisine == selection.cuisine)
    if selection.minutes_over is not None:
        statement = statement.where(Recipe.prep_time_minutes > selection.minutes_over)
    if selection.minutes_up_to is not None:
        statement = statement.where(Recipe.prep_time_minutes <= selection.minutes_up_to)
    return await paginate(session, statement, RECIPE_ORDERS[sort], page)


async def recipe_pages(
    session: ReadSession, authors: Sequence[int], page: PageRequest, _: None
) -> Mapping[int, Page[Recipe]]:
    order = RECIPE_ORDERS[RecipeSort.NEWEST]
    return await paginate_children(session, select(Recipe), Recipe.author_id, authors, order, page)


async def recipe_ingredients(
    session: ReadSession, recipes: Sequence[int]
) -> Mapping[int, list[RecipeIngredient]]:
    statement = select(RecipeIngredient).where(is_one_of(RecipeIngredient.recipe_id, recipes))
    found: dict[int, list[RecipeIngredient]] = {recipe: [] for recipe in recipes}
    for row in await session.all(statement.order_by(RecipeIngredient.position)):
        found[row.recipe_id].append(row)
    return found


async def recipe_review_pages(
    session: ReadSession, recipes: Sequence[int], page: PageRequest, sort: RecipeReviewSort
) -> Mapping[int, Page[RecipeReview]]:
    return await paginate_children(
        session, select(RecipeReview), RecipeReview.recipe_id, recipes, RECIPE_REVIEW_ORDERS[sort], page
    )


async def rating_counts(session: ReadSession, recipes: Sequence[int]) -> Mapping[int, Mapping[int, int]]:
    """How many reviews of each recipe have which rating; ratings without reviews are left out."""
    statement = (
        select(RecipeReview.recipe_id, RecipeReview.rating, func.count())
        .where(is_one_of(RecipeReview.recipe_id, recipes))
        .group_by(RecipeReview.recipe_id, RecipeReview.rating)
    )
    found: dict[int, dict[int, int]] = {recipe: {} for recipe in recipes}
    for recipe, rating, number in await session.rows(statement):
        found[recipe][rating] = number
    return found


async def follower_pages(
    session: ReadSession, users: Sequence[int], page: PageRequest, _: None
) -> Mapping[int, Page[Follow]]:
    return await paginate_children(session, select(Follow), Follow.followed_id, users, FOLLOWS_NEWEST, page)


async def following_pages(
    session: ReadSession, users: Sequence[int], page: PageRequest, _: None
) -> Mapping[int, Page[Follow]]:
    return await paginate_children(session, select(Follow), Follow.follower_id, users, FOLLOWS_NEWEST, page)


async def feed_page(session: ReadSession, user: int, page: PageRequest) -> Page[FeedItem]:
    """What those did whom the user follows."""
    followed = select(Follow.followed_id).where(Follow.follower_id == user)
    return await paginate(session, select(FeedItem).where(FeedItem.actor_id.in_(followed)), FEED_NEWEST, page)


async def shopping_list_pages(
    session: ReadSession, owners: Sequence[int], page: PageRequest, _: None
) -> Mapping[int, Page[ShoppingList]]:
    return await paginate_children(
        session, select(ShoppingList), ShoppingList.owner_id, owners, SHOPPING_LISTS_NEWEST, page
    )


async def shopping_list_items(
    session: ReadSession, lists: Sequence[int]
) -> Mapping[int, list[ShoppingListItem]]:
    statement = select(ShoppingListItem).where(is_one_of(ShoppingListItem.shopping_list_id, lists))
    found: dict[int, list[ShoppingListItem]] = {key: [] for key in lists}
    for row in await session.all(statement.order_by(ShoppingListItem.id)):
        found[row.shopping_list_id].append(row)
    return found


async def lock_chef(session: WriteSession, id: int) -> Chef | None:
    """Until the transaction ends, nobody else books or changes this chef. Without it, two overlapping bookings at once
    could both be inserted and then wait for each other: a deadlock, where the exclusion constraint alone decides."""
    return await session.first(select(Chef).where(Chef.id == id).with_for_update(key_share=True))
