"""The seed of coocook: the five chefs of Seoul with ten menus, and bookings, recipes and lists for volume.

The demo user has bookings 1 to 4, the first of them CONFIRMED, recipes 1 and 2, and shopping lists 1 and 2.
"""

from subgraphs.coocook import models
from subgraphs.coocook.seed.bookings import booking_reviews, bookings, chefs, menus, payments
from subgraphs.coocook.seed.ratings import liked, rated
from subgraphs.coocook.seed.recipes import ingredients, likes, recipe_reviews, recipes
from subgraphs.coocook.seed.social import feed, follows, shopping_items, shopping_lists
from subgraphs.kit.seed_plan import SeedPlan, SeedWriter


async def seed(writer: SeedWriter, plan: SeedPlan) -> None:
    """See kit.seed_plan for which user has which id."""
    chef_rows = chefs(plan)
    booked = list(bookings(plan, chef_rows))
    reviewed = list(booking_reviews(plan, booked))
    written = list(recipes(plan))
    liking, reviewing = list(likes(plan, len(written))), list(recipe_reviews(plan, written))
    following = list(follows(plan))
    await writer.copy(models.Chef, rated(chef_rows, reviewed, "chef_id"))
    await writer.copy(models.Booking, booked)
    await writer.copy(models.BookingPayment, payments(booked))
    await writer.copy(models.BookingReview, reviewed)
    await writer.copy(models.Menu, menus(plan))
    await writer.copy(models.Recipe, liked(rated(written, reviewing, "recipe_id"), liking))
    await writer.copy(models.RecipeIngredient, ingredients(written))
    await writer.copy(models.RecipeReview, reviewing)
    await writer.copy(models.RecipeLike, liking)
    await writer.copy(models.Follow, following)
    await writer.copy(models.FeedItem, feed(written, liking, reviewing, following))
    await writer.copy(models.ShoppingList, shopping_lists(plan))
    await writer.copy(models.ShoppingListItem, shopping_items(plan))
