"""Loaders of coocook: one per key. Bookings and their payments are read from the primary."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import strawberry
from aiodataloader import DataLoader

from subgraphs.coocook import models, repository
from subgraphs.kit.context import Context
from subgraphs.kit.database import Reader
from subgraphs.kit.loaders import Children, children_loader, row_loader, value_loader
from subgraphs.kit.pagination import Page


@dataclass(frozen=True, slots=True)
class Loaders:
    """One set per request."""

    chef: DataLoader[int, models.Chef | None]
    chef_of_user: DataLoader[int, models.Chef | None]
    booking: DataLoader[int, models.Booking | None]
    payment_of_booking: DataLoader[int, models.BookingPayment | None]
    review_of_booking: DataLoader[int, models.BookingReview | None]
    booking_review: DataLoader[int, models.BookingReview | None]
    recipe: DataLoader[int, models.Recipe | None]
    recipe_review: DataLoader[int, models.RecipeReview | None]
    shopping_list: DataLoader[int, models.ShoppingList | None]
    menus: DataLoader[int, list[models.Menu]]
    ingredients: DataLoader[int, list[models.RecipeIngredient]]
    shopping_items: DataLoader[int, list[models.ShoppingListItem]]
    rating_counts: DataLoader[int, Mapping[int, int]]
    bookings: DataLoader[Children[models.BookingStatus | None], Page[models.Booking]]
    calendar: DataLoader[Children[models.BookingStatus | None], Page[models.Booking]]
    chef_reviews: DataLoader[Children[None], Page[models.BookingReview]]
    recipes: DataLoader[Children[None], Page[models.Recipe]]
    recipe_reviews: DataLoader[Children[repository.RecipeReviewSort], Page[models.RecipeReview]]
    followers: DataLoader[Children[None], Page[models.Follow]]
    following: DataLoader[Children[None], Page[models.Follow]]
    shopping_lists: DataLoader[Children[None], Page[models.ShoppingList]]


Info: TypeAlias = strawberry.Info[Context[Loaders], None]


def make_loaders(reader: Reader) -> Loaders:
    """Called once per request, and again after a write."""
    return Loaders(
        chef=row_loader(reader, repository.chefs, lambda row: row.id),
        chef_of_user=row_loader(reader, repository.chefs_of_users, lambda row: row.user_id),
        booking=row_loader(reader, repository.bookings, lambda row: row.id, fresh=True),
        payment_of_booking=row_loader(
            reader, repository.payments_of_bookings, lambda row: row.booking_id, fresh=True
        ),
        review_of_booking=row_loader(reader, repository.reviews_of_bookings, lambda row: row.booking_id),
        booking_review=row_loader(reader, repository.booking_reviews, lambda row: row.id),
        recipe=row_loader(reader, repository.recipes, lambda row: row.id),
        recipe_review=row_loader(reader, repository.recipe_reviews, lambda row: row.id),
        shopping_list=row_loader(reader, repository.shopping_lists, lambda row: row.id),
        menus=value_loader(reader, repository.chef_menus, []),
        ingredients=value_loader(reader, repository.recipe_ingredients, []),
        shopping_items=value_loader(reader, repository.shopping_list_items, []),
        rating_counts=value_loader(reader, repository.rating_counts, {}),
        bookings=children_loader(reader, repository.booking_pages, fresh=True),
        calendar=children_loader(reader, repository.calendar_pages, fresh=True),
        chef_reviews=children_loader(reader, repository.chef_review_pages),
        recipes=children_loader(reader, repository.recipe_pages),
        recipe_reviews=children_loader(reader, repository.recipe_review_pages),
        followers=children_loader(reader, repository.follower_pages),
        following=children_loader(reader, repository.following_pages),
        shopping_lists=children_loader(reader, repository.shopping_list_pages),
    )
