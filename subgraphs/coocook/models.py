"""Tables of coocook: chefs and who booked them, menus, recipes, shopping lists, who follows whom."""

import enum
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import strawberry
from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    Numeric,
    String,
    UniqueConstraint,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from subgraphs.kit import models as kit
from subgraphs.kit.money import Money, money_columns
from subgraphs.kit.outbox import OutboxEvent as OutboxColumns


@strawberry.enum
class Cuisine(enum.Enum):
    AMERICAN = "AMERICAN"
    CHINESE = "CHINESE"
    FRENCH = "FRENCH"
    GERMAN = "GERMAN"
    INDIAN = "INDIAN"
    ITALIAN = "ITALIAN"
    JAPANESE = "JAPANESE"
    KOREAN = "KOREAN"
    MEXICAN = "MEXICAN"
    SPANISH = "SPANISH"
    THAI = "THAI"
    TURKISH = "TURKISH"
    VIETNAMESE = "VIETNAMESE"


@strawberry.enum
class BookingStatus(enum.Enum):
    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    COMPLETED = "COMPLETED"
    CANCELED = "CANCELED"


@strawberry.enum
class BookingPaymentStatus(enum.Enum):
    COMPLETED = "COMPLETED"
    REFUNDED = "REFUNDED"


@strawberry.enum
class MenuCategory(enum.Enum):
    MAIN = "MAIN"
    SOUP = "SOUP"
    NOODLE = "NOODLE"
    APPETIZER = "APPETIZER"
    DESSERT = "DESSERT"
    SALAD = "SALAD"
    SIDE = "SIDE"


@strawberry.enum
class IngredientUnit(enum.Enum):
    CUP = "CUP"
    TBSP = "TBSP"
    TSP = "TSP"
    G = "G"
    KG = "KG"
    ML = "ML"
    L = "L"
    PCS = "PCS"


@strawberry.enum
class IngredientCategory(enum.Enum):
    PRODUCE = "PRODUCE"
    PROTEIN = "PROTEIN"
    GRAIN = "GRAIN"
    DAIRY = "DAIRY"
    CONDIMENT = "CONDIMENT"
    OTHER = "OTHER"


@strawberry.enum
class FeedItemType(enum.Enum):
    NEW_RECIPE = "NEW_RECIPE"
    LIKED_RECIPE = "LIKED_RECIPE"
    REVIEWED_RECIPE = "REVIEWED_RECIPE"
    SHARED_RECIPE = "SHARED_RECIPE"
    FOLLOW = "FOLLOW"


ACTIVE: Final = text("is_active")
OPEN: Final = text("status IN ('PENDING', 'CONFIRMED')")


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=kit.NAMING)
    type_annotation_map = kit.TYPES


class OutboxEvent(OutboxColumns, Base):
    """Events of coocook."""


class SeedRun(kit.SeedRun, Base):
    """See kit."""


class Chef(kit.Entity, Base):
    """Without a name of their own they are called as the user is. Ratings are a running sum and count."""

    __tablename__ = "chefs"
    __table_args__ = (
        UniqueConstraint("user_id"),
        CheckConstraint("price_per_session_minor > 0", "price_positive"),
        CheckConstraint("rating_sum BETWEEN rating_count AND 5 * rating_count", "rating_possible"),
        # Scanned backwards for what is best, most or newest first.
        Index("ix_chefs_ranking", "ranking_score", "id", postgresql_where=ACTIVE),
        Index("ix_chefs_cuisine", "cuisine", "ranking_score", "id", postgresql_where=ACTIVE),
        Index("ix_chefs_popularity", "rating_sum", "id", postgresql_where=ACTIVE),
        Index(
            "ix_chefs_price",
            "price_per_session_currency",
            "price_per_session_minor",
            "id",
            postgresql_where=ACTIVE,
        ),
        Index("ix_chefs_newest", "created_at", "id", postgresql_where=ACTIVE),
    )

    user_id: Mapped[int]
    name: Mapped[str | None] = mapped_column(String(120))
    bio: Mapped[str]
    cuisine: Mapped[Cuisine]
    location: Mapped[str] = mapped_column(String(200))
    price_per_session: Mapped[Money] = money_columns("price_per_session")
    rating_sum: Mapped[int] = mapped_column(default=0)
    rating_count: Mapped[int] = mapped_column(default=0)
    # As if each had five ratings of 4 already: one rating of 5 does not outrank a hundred of 4.8.
    ranking_score: Mapped[Decimal] = mapped_column(
        Numeric, Computed("(20 + rating_sum)::numeric / (5 + rating_count)::numeric", persisted=True)
    )
    is_active: Mapped[bool] = mapped_column(default=True)

    @property
    def rating(self) -> float | None:
        """The mean, with two digits."""
        return round(self.rating_sum / self.rating_count, 2) if self.rating_count else None


class Booking(kit.Entity, Base):
    """The price is what the chef charged when the booking was made, whatever the chef charges now."""

    __tablename__ = "bookings"
    __table_args__ = (
        ExcludeConstraint(
            (literal_column("chef_id"), "="),
            (func.tstzrange(literal_column("starts_at"), literal_column("ends_at")), "&&"),
            name="ex_bookings_chef_overlap",
            using="gist",
            where=OPEN,
        ),
        UniqueConstraint("id", "customer_id", "chef_id"),
        CheckConstraint(
            "ends_at - starts_at BETWEEN interval '1 hour' AND interval '12 hours'", "duration_bounds"
        ),
        CheckConstraint("total_price_minor >= 0", "total_price_not_negative"),
        CheckConstraint("total_price_currency = price_per_session_currency", "one_currency"),
        Index(None, "customer_id", "starts_at", "id"),
        Index(None, "chef_id", "starts_at", "id"),
        Index("ix_bookings_open", "status", postgresql_where=OPEN),
    )

    customer_id: Mapped[int]
    chef_id: Mapped[int] = mapped_column(ForeignKey("chefs.id"))
    status: Mapped[BookingStatus] = mapped_column(default=BookingStatus.PENDING)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    price_per_session: Mapped[Money] = money_columns("price_per_session")
    total_price: Mapped[Money] = money_columns("total_price")
    special_requests: Mapped[str | None] = mapped_column(String(1000))

    @property
    def duration_minutes(self) -> int:
        return (self.ends_at - self.starts_at) // timedelta(minutes=1)


class BookingPayment(kit.Entity, Base):
    """`payment_id` is the Payment of accounts, once there is one."""

    __tablename__ = "booking_payments"
    __table_args__ = (
        UniqueConstraint("booking_id"),
        UniqueConstraint("provider_transaction_id"),
        CheckConstraint("amount_minor > 0", "amount_positive"),
    )

    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id", ondelete="CASCADE"))
    user_id: Mapped[int]
    amount: Mapped[Money] = money_columns("amount")
    status: Mapped[BookingPaymentStatus]
    provider_transaction_id: Mapped[str]
    payment_id: Mapped[int | None]


class BookingReview(kit.Entity, Base):
    """Once per booking, and only by its customer about its chef: the foreign key has all three."""

    __tablename__ = "booking_reviews"
    __table_args__ = (
        UniqueConstraint("booking_id"),
        ForeignKeyConstraint(
            ["booking_id", "author_id", "chef_id"],
            ["bookings.id", "bookings.customer_id", "bookings.chef_id"],
            ondelete="CASCADE",
        ),
        CheckConstraint("rating BETWEEN 1 AND 5", "rating_range"),
        Index(None, "chef_id", "created_at", "id"),
    )

    booking_id: Mapped[int]
    author_id: Mapped[int]
    chef_id: Mapped[int]
    rating: Mapped[int]
    comment: Mapped[str] = mapped_column(String(500))


class Menu(kit.Entity, Base):
    __tablename__ = "menus"
    __table_args__ = (
        CheckConstraint("servings > 0", "servings_positive"),
        CheckConstraint("prep_time_minutes > 0", "prep_time_positive"),
        Index(None, "chef_id"),
    )

    chef_id: Mapped[int] = mapped_column(ForeignKey("chefs.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(120))
    category: Mapped[MenuCategory]
    cuisine: Mapped[Cuisine]
    price: Mapped[Money] = money_columns("price")
    ingredients: Mapped[list[str]]
    servings: Mapped[int]
    prep_time_minutes: Mapped[int]


class Recipe(kit.Entity, Base):
    """Nutrition is per serving, in kilocalories and grams. Counts are kept with the rows that they count."""

    __tablename__ = "recipes"
    __table_args__ = (
        CheckConstraint("servings > 0", "servings_positive"),
        CheckConstraint("prep_time_minutes > 0", "prep_time_positive"),
        CheckConstraint("rating_sum BETWEEN rating_count AND 5 * rating_count", "rating_possible"),
        CheckConstraint("like_count >= 0", "like_count_not_negative"),
        Index(None, "author_id", "created_at", "id"),
        Index(None, "created_at", "id"),
        Index(None, "cuisine", "created_at", "id"),
        Index(None, "like_count", "id"),
    )

    author_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str]
    cuisine: Mapped[Cuisine]
    prep_time_minutes: Mapped[int]
    servings: Mapped[int]
    calories: Mapped[int]
    protein: Mapped[int]
    carbs: Mapped[int]
    fat: Mapped[int]
    price: Mapped[Money | None] = money_columns("price", nullable=True)
    rating_sum: Mapped[int] = mapped_column(default=0)
    rating_count: Mapped[int] = mapped_column(default=0)
    like_count: Mapped[int] = mapped_column(default=0)

    @property
    def rating(self) -> float | None:
        """The mean, with two digits."""
        return round(self.rating_sum / self.rating_count, 2) if self.rating_count else None


class RecipeIngredient(kit.Entity, Base):
    __tablename__ = "recipe_ingredients"
    __table_args__ = (
        UniqueConstraint("recipe_id", "position"),
        CheckConstraint("amount > 0", "amount_positive"),
    )

    recipe_id: Mapped[int] = mapped_column(ForeignKey("recipes.id", ondelete="CASCADE"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    amount: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    unit: Mapped[IngredientUnit]


class RecipeReview(kit.Entity, Base):
    __tablename__ = "recipe_reviews"
    __table_args__ = (
        UniqueConstraint("recipe_id", "author_id"),
        CheckConstraint("rating BETWEEN 1 AND 5", "rating_range"),
        CheckConstraint("helpful_count >= 0 AND unhelpful_count >= 0", "counts_not_negative"),
        Index(None, "recipe_id", "created_at", "id"),
        Index(None, "recipe_id", "helpful_count", "id"),
        Index(None, "recipe_id", "rating", "id"),
    )

    recipe_id: Mapped[int] = mapped_column(ForeignKey("recipes.id", ondelete="CASCADE"))
    author_id: Mapped[int]
    rating: Mapped[int]
    text: Mapped[str] = mapped_column(String(500))
    photos: Mapped[list[str]]
    helpful_count: Mapped[int] = mapped_column(default=0)
    unhelpful_count: Mapped[int] = mapped_column(default=0)


class RecipeLike(kit.Entity, Base):
    __tablename__ = "recipe_likes"
    __table_args__ = (UniqueConstraint("user_id", "recipe_id"), Index(None, "recipe_id"))

    user_id: Mapped[int]
    recipe_id: Mapped[int] = mapped_column(ForeignKey("recipes.id", ondelete="CASCADE"))


class Follow(kit.Entity, Base):
    """Users follow users. To follow a chef is to follow the chef's user."""

    __tablename__ = "follows"
    __table_args__ = (
        UniqueConstraint("follower_id", "followed_id"),
        CheckConstraint("follower_id <> followed_id", "not_oneself"),
        Index(None, "follower_id", "created_at", "id"),
        Index(None, "followed_id", "created_at", "id"),
    )

    follower_id: Mapped[int]
    followed_id: Mapped[int]


class FeedItem(kit.Entity, Base):
    """What a user did, for those who follow that user."""

    __tablename__ = "feed_items"
    __table_args__ = (
        CheckConstraint("(type = 'FOLLOW') = (recipe_id IS NULL)", "about_a_recipe"),
        CheckConstraint("(type = 'FOLLOW') = (followed_id IS NOT NULL)", "about_a_user"),
        Index(None, "actor_id", "created_at", "id"),
    )

    actor_id: Mapped[int]
    type: Mapped[FeedItemType]
    recipe_id: Mapped[int | None] = mapped_column(ForeignKey("recipes.id", ondelete="CASCADE"), index=True)
    followed_id: Mapped[int | None]


class ShoppingList(kit.Entity, Base):
    __tablename__ = "shopping_lists"
    __table_args__ = (Index(None, "owner_id", "created_at", "id"),)

    owner_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))


class ShoppingListItem(kit.Entity, Base):
    __tablename__ = "shopping_list_items"
    __table_args__ = (
        CheckConstraint("quantity > 0", "quantity_positive"),
        Index(None, "shopping_list_id", "id"),
    )

    shopping_list_id: Mapped[int] = mapped_column(ForeignKey("shopping_lists.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(120))
    quantity: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    unit: Mapped[IngredientUnit]
    category: Mapped[IngredientCategory]
    is_checked: Mapped[bool] = mapped_column(default=False)
    estimated_price: Mapped[Money | None] = money_columns("estimated_price", nullable=True)
