"""What is in food, for the schema."""

from dataclasses import asdict
from typing import Self

import strawberry

from subgraphs.coocook import nutrition
from subgraphs.coocook.nutrition import DAILY, DEFAULT_GRAMS, Allergen, Meal, Nutrients


@strawberry.type(description="Kilocalories, grams, and milligrams of sodium.")
class NutritionValues:
    calories: float
    protein: float
    carbs: float
    fat: float
    fibre: float
    sodium: float

    @classmethod
    def of(cls, nutrients: Nutrients) -> Self:
        return cls(**{name: round(value, 1) for name, value in asdict(nutrients).items()})


@strawberry.type(description="Of 100 grams.")
class IngredientNutrition:
    ingredient: str
    values: NutritionValues

    @classmethod
    def each(cls) -> list[Self]:
        """Of every ingredient that is known."""
        return [
            cls(ingredient=name, values=NutritionValues.of(facts)) for name, facts in nutrition.FACTS.items()
        ]


@strawberry.type
class MealNutrition:
    per_serving: NutritionValues
    daily_percent: NutritionValues = strawberry.field(description="Of what a day needs.")
    score: int | None = strawberry.field(description="From 0 to 100; null if no ingredient is known.")
    unknown: list[str] = strawberry.field(description="Ingredients that are not counted.")

    @classmethod
    def of(cls, meal: Meal) -> Self:
        shares = zip(meal.nutrients.values(), DAILY.values(), strict=True)
        return cls(
            per_serving=NutritionValues.of(meal.nutrients),
            daily_percent=NutritionValues.of(Nutrients(*(100 * part / whole for part, whole in shares))),
            score=meal.score,
            unknown=list(meal.unknown),
        )


@strawberry.input
class MealIngredient:
    ingredient: str
    grams: float = DEFAULT_GRAMS


@strawberry.type
class AllergenFinding:
    allergen: Allergen
    ingredients: list[str] = strawberry.field(description="Those with it.")
