"""What the catalogue of chefs is asked for: filters, summaries, free times; and the input of a booking."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Self

import strawberry

from subgraphs.coocook import rules
from subgraphs.coocook.errors import CurrencyRequired, InvalidPriceRange, InvalidRating
from subgraphs.coocook.models import Cuisine, MenuCategory
from subgraphs.coocook.repository import ChefSelection, ChefSort, CuisineChefs, RecipeSelection
from subgraphs.coocook.rules import RecipeDifficulty
from subgraphs.kit.money import Currency, Money, money
from subgraphs.kit.scalars import Int64


@strawberry.input(description="In minor units of one currency.")
class PriceRange:
    currency: Currency
    at_least: Int64 | None = None
    at_most: Int64 | None = None

    def check(self) -> None:
        """Raises InvalidPriceRange."""
        lowest = self.at_least or 0
        if lowest < 0 or (self.at_most is not None and self.at_most < lowest):
            raise InvalidPriceRange


@strawberry.input
class ChefFilter:
    q: str | None = strawberry.field(default=None, description="In name, bio or location.")
    cuisine: Cuisine | None = None
    location: str | None = None
    price: PriceRange | None = None
    rating_at_least: float | None = None

    def selection(self, sort: ChefSort) -> ChefSelection:
        """Raises CurrencyRequired, InvalidPriceRange or InvalidRating."""
        price = self.price
        if price is None and sort in (ChefSort.PRICE_LOW, ChefSort.PRICE_HIGH):
            raise CurrencyRequired
        if price is not None:
            price.check()
        if self.rating_at_least is not None and not 1 <= self.rating_at_least <= 5:
            raise InvalidRating
        return ChefSelection(
            text=self.q,
            cuisine=self.cuisine,
            location=self.location,
            currency=price.currency if price else None,
            price_at_least=price.at_least if price else None,
            price_at_most=price.at_most if price else None,
            rating_at_least=self.rating_at_least,
        )


@strawberry.input
class RecipeFilter:
    q: str | None = strawberry.field(default=None, description="In the name.")
    cuisine: Cuisine | None = None
    difficulty: RecipeDifficulty | None = None

    def selection(self) -> RecipeSelection:
        over, up_to = rules.prep_time_range(self.difficulty) if self.difficulty is not None else (None, None)
        return RecipeSelection(self.q, self.cuisine, over, up_to)


@strawberry.type(description="The active chefs of a cuisine.")
class CuisineSummary:
    cuisine: Cuisine
    chef_count: int
    average_rating: float | None = strawberry.field(description="Of all ratings; null without any.")
    average_prices: list[Money] = strawberry.field(description="One for each currency that they charge in.")

    @classmethod
    def of(cls, cuisine: Cuisine, groups: Sequence[CuisineChefs]) -> Self:
        """Of the groups of one cuisine, one for each currency."""
        ratings = sum(group.rating_count for group in groups)
        total = sum(group.rating_sum for group in groups)
        return cls(
            cuisine=cuisine,
            chef_count=sum(group.chefs for group in groups),
            average_rating=round(total / ratings, 2) if ratings else None,
            average_prices=[
                money(group.price_sum, group.currency).times(Fraction(1, group.chefs)) for group in groups
            ],
        )

    @classmethod
    def each(cls, groups: Sequence[CuisineChefs]) -> list[Self]:
        """By cuisine, in the order of the groups."""
        by_cuisine: dict[Cuisine, list[CuisineChefs]] = defaultdict(list)
        for group in groups:
            by_cuisine[group.cuisine].append(group)
        return [cls.of(cuisine, found) for cuisine, found in by_cuisine.items()]


@strawberry.type
class MenuCategorySummary:
    category: MenuCategory
    menu_count: int


@strawberry.type(description="Time of a chef that is taken.")
class BusyPeriod:
    starts_at: datetime
    ends_at: datetime


@strawberry.input
class CreateBookingInput:
    chef_id: strawberry.ID
    starts_at: datetime
    duration_minutes: int = strawberry.field(default=120, description="From 60 to 720, in steps of 15.")
    special_requests: str | None = None
