"""Recipes and what people think of them."""

from datetime import datetime
from typing import Self

import strawberry

from subgraphs.coocook import models, rules
from subgraphs.coocook.cache_policy import RECIPE
from subgraphs.coocook.loaders import Info
from subgraphs.coocook.models import Cuisine, IngredientUnit
from subgraphs.coocook.repository import RecipeReviewSort
from subgraphs.coocook.rules import RecipeDifficulty
from subgraphs.coocook.types.user import User
from subgraphs.kit import ids
from subgraphs.kit.cache_control import INHERITED
from subgraphs.kit.connection import Connection
from subgraphs.kit.entities import from_row
from subgraphs.kit.loaders import Children
from subgraphs.kit.money import Money
from subgraphs.kit.pagination import page_request


@strawberry.type(directives=[INHERITED], description="Per serving: kilocalories, and grams.")
class Nutrition:
    calories: int
    protein: int
    carbs: int
    fat: int


@strawberry.type(directives=[INHERITED])
class RecipeIngredient:
    name: str
    amount: float
    unit: IngredientUnit


@strawberry.type(directives=[INHERITED], description="How many reviews gave this rating.")
class RatingCount:
    rating: int
    count: int


@strawberry.federation.type(keys=["id"], directives=[RECIPE])
class Recipe:
    id: strawberry.ID
    name: str
    description: str
    cuisine: Cuisine
    difficulty: RecipeDifficulty
    prep_time_minutes: int
    servings: int
    nutrition: Nutrition
    price: Money | None
    rating: float | None = strawberry.field(description="From 1 to 5; null without reviews.")
    review_count: int
    like_count: int
    created_at: datetime
    updated_at: datetime
    row: strawberry.Private[models.Recipe]

    @strawberry.field
    def author(self) -> User:
        return User.of(self.row.author_id)

    @strawberry.field
    async def ingredients(self, info: Info) -> list[RecipeIngredient]:
        rows = await info.context.loaders.ingredients.load(self.row.id)
        return [RecipeIngredient(name=row.name, amount=float(row.amount), unit=row.unit) for row in rows]

    @strawberry.federation.field(directives=[RECIPE])
    async def reviews(
        self,
        info: Info,
        first: int = 20,
        after: str | None = None,
        sort: RecipeReviewSort = RecipeReviewSort.RECENT,
    ) -> "Connection[RecipeReview]":
        children = Children(self.row.id, page_request(first, after), sort)
        return Connection.of(await info.context.loaders.recipe_reviews.load(children), RecipeReview.of)

    @strawberry.field(description="From 5 down to 1.")
    async def rating_histogram(self, info: Info) -> list[RatingCount]:
        counts = await info.context.loaders.rating_counts.load(self.row.id)
        return [RatingCount(rating=rating, count=counts.get(rating, 0)) for rating in (5, 4, 3, 2, 1)]

    @classmethod
    def of(cls, row: models.Recipe) -> Self:
        return from_row(
            cls,
            row,
            difficulty=rules.difficulty(row.prep_time_minutes),
            nutrition=Nutrition(calories=row.calories, protein=row.protein, carbs=row.carbs, fat=row.fat),
            review_count=row.rating_count,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:
        row = await info.context.loaders.recipe.load(ids.decode("Recipe", id))
        return cls.of(row) if row else None


@strawberry.federation.type(keys=["id"], directives=[RECIPE])
class RecipeReview:
    id: strawberry.ID
    rating: int
    text: str
    photos: list[str]
    helpful_count: int
    unhelpful_count: int
    created_at: datetime
    updated_at: datetime
    row: strawberry.Private[models.RecipeReview]

    @strawberry.field
    def author(self) -> User:
        return User.of(self.row.author_id)

    @strawberry.field
    async def recipe(self, info: Info) -> Recipe | None:
        return await load_recipe(info, self.row.recipe_id)

    @classmethod
    def of(cls, row: models.RecipeReview) -> Self:
        return from_row(cls, row)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:
        row = await info.context.loaders.recipe_review.load(ids.decode("RecipeReview", id))
        return cls.of(row) if row else None


async def load_recipe(info: Info, key: int | None) -> Recipe | None:
    row = await info.context.loaders.recipe.load(key) if key is not None else None
    return Recipe.of(row) if row else None
