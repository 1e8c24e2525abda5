"""The schema of coocook: root fields, thin over repository, loaders and service."""

from datetime import datetime
from typing import Annotated

import strawberry

from subgraphs.coocook import nutrition, repository, rules, service
from subgraphs.coocook.cache_policy import (
    AVAILABILITY,
    BOOKING,
    CHEF,
    CHEF_LIST,
    MENU,
    NUTRITION,
    OWN,
    POPULAR,
    RECIPE,
)
from subgraphs.coocook.loaders import Info
from subgraphs.coocook.models import BookingStatus, MenuCategory
from subgraphs.coocook.repository import ChefSelection, ChefSort, RecipeSelection, RecipeSort
from subgraphs.coocook.types.access import owns, viewer_key
from subgraphs.coocook.types.booking import Booking, Chef, Menu, load_booking
from subgraphs.coocook.types.catalogue import (
    BusyPeriod,
    ChefFilter,
    CreateBookingInput,
    CuisineSummary,
    MenuCategorySummary,
    RecipeFilter,
)
from subgraphs.coocook.types.nutrition import (
    AllergenFinding,
    IngredientNutrition,
    MealIngredient,
    MealNutrition,
)
from subgraphs.coocook.types.recipe import Recipe, load_recipe
from subgraphs.coocook.types.shopping import ShoppingList
from subgraphs.coocook.types.social import FeedItem
from subgraphs.coocook.types.user import User
from subgraphs.kit import ids
from subgraphs.kit.connection import Connection
from subgraphs.kit.errors import NotFound
from subgraphs.kit.federation import Schema
from subgraphs.kit.loaders import Children
from subgraphs.kit.money import Money
from subgraphs.kit.pagination import page_request


@strawberry.type
class Query:
    @strawberry.federation.field(directives=[CHEF_LIST], description="Those who take bookings.")
    async def chefs(
        self,
        info: Info,
        first: int = 20,
        after: str | None = None,
        filter: ChefFilter | None = None,
        sort: ChefSort = ChefSort.RATING,
    ) -> Connection[Chef]:
        selection = (filter or ChefFilter()).selection(sort)
        async with info.context.read() as session:
            page = await repository.chef_page(session, selection, sort, page_request(first, after))
        return Connection.of(page, Chef.of)

    @strawberry.federation.field(directives=[CHEF])
    async def chef(self, info: Info, id: strawberry.ID) -> Chef | None:
        row = await info.context.loaders.chef.load(ids.decode("Chef", id))
        return Chef.of(row) if row else None

    @strawberry.federation.field(directives=[POPULAR], description="Most popular first.")
    async def popular_chefs(self, info: Info, first: int = 20, after: str | None = None) -> Connection[Chef]:
        page = page_request(first, after)
        async with info.context.read() as session:
            found = await repository.chef_page(session, ChefSelection(), ChefSort.POPULARITY, page)
        return Connection.of(found, Chef.of)

    @strawberry.federation.field(directives=[CHEF_LIST], description="Those that a chef cooks.")
    async def cuisines(self, info: Info) -> list[CuisineSummary]:
        async with info.context.read() as session:
            return CuisineSummary.each(await repository.cuisine_chefs(session))

    @strawberry.federation.field(
        directives=[AVAILABILITY],
        description="When a chef is booked. `to` is at most 31 days after `from`.",
    )
    async def chef_availability(
        self,
        info: Info,
        chef_id: strawberry.ID,
        start: Annotated[datetime, strawberry.argument(name="from")],
        end: Annotated[datetime, strawberry.argument(name="to")],
    ) -> list[BusyPeriod]:
        key, period = ids.decode("Chef", chef_id), rules.availability_period(start, end)
        async with info.context.read(fresh=True) as session:
            taken = await repository.open_bookings(session, key, period.start, period.end)
        return [BusyPeriod(starts_at=row.starts_at, ends_at=row.ends_at) for row in taken]

    @strawberry.federation.field(directives=[CHEF], description="What a booking would cost now.")
    async def price_estimate(
        self, info: Info, chef_id: strawberry.ID, duration_minutes: int = 120
    ) -> Money | None:
        rules.check_duration(duration_minutes)
        row = await info.context.loaders.chef.load(ids.decode("Chef", chef_id))
        return rules.total_price(row.price_per_session, duration_minutes) if row else None

    @strawberry.federation.field(directives=[MENU])
    async def menus(self, info: Info, category: MenuCategory | None = None) -> list[Menu]:
        async with info.context.read() as session:
            return [Menu.of(row) for row in await repository.menus(session, category)]

    @strawberry.federation.field(directives=[MENU], description="All of them, also without menus.")
    async def menu_categories(self, info: Info) -> list[MenuCategorySummary]:
        async with info.context.read() as session:
            counts = await repository.menu_counts(session)
        return [
            MenuCategorySummary(category=category, menu_count=counts.get(category, 0))
            for category in MenuCategory
        ]

    @strawberry.federation.field(directives=[RECIPE])
    async def recipes(
        self,
        info: Info,
        first: int = 20,
        after: str | None = None,
        filter: RecipeFilter | None = None,
        sort: RecipeSort = RecipeSort.NEWEST,
    ) -> Connection[Recipe]:
        selection = filter.selection() if filter else RecipeSelection()
        async with info.context.read() as session:
            page = await repository.recipe_page(session, selection, sort, page_request(first, after))
        return Connection.of(page, Recipe.of)

    @strawberry.federation.field(directives=[RECIPE])
    async def recipe(self, info: Info, id: strawberry.ID) -> Recipe | None:
        return await load_recipe(info, ids.decode("Recipe", id))

    @strawberry.federation.field(directives=[NUTRITION], description="Of every ingredient that is known.")
    def nutrition(self) -> list[IngredientNutrition]:
        return IngredientNutrition.each()

    @strawberry.federation.field(directives=[NUTRITION])
    def calculate_nutrition(self, ingredients: list[MealIngredient], servings: int = 1) -> MealNutrition:
        amounts = [(each.ingredient, each.grams) for each in ingredients]
        return MealNutrition.of(nutrition.meal(amounts, servings))

    @strawberry.federation.field(
        directives=[NUTRITION], description="By whole words: what is not found may still be there."
    )
    def check_allergens(self, ingredients: list[str]) -> list[AllergenFinding]:
        found = nutrition.allergens(ingredients)
        return [AllergenFinding(allergen=each, ingredients=list(names)) for each, names in found.items()]

    @strawberry.federation.field(
        directives=[BOOKING], description="The viewer's as a customer, latest start first."
    )
    async def my_bookings(
        self, info: Info, first: int = 20, after: str | None = None, status: BookingStatus | None = None
    ) -> Connection[Booking] | None:
        children = Children(viewer_key(info), page_request(first, after), status)
        return Connection.of(await info.context.loaders.bookings.load(children), Booking.of)

    @strawberry.federation.field(directives=[BOOKING], description="For its customer, its chef and admins.")
    async def booking(self, info: Info, id: strawberry.ID) -> Booking | None:
        info.context.require_viewer()
        found = await load_booking(info, id)
        if found is None:
            raise NotFound("Booking")
        return found

    @strawberry.federation.field(directives=[OWN], description="The viewer's, newest first.")
    async def shopping_lists(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> Connection[ShoppingList] | None:
        children = Children(viewer_key(info), page_request(first, after), None)
        return Connection.of(await info.context.loaders.shopping_lists.load(children), ShoppingList.of)

    @strawberry.federation.field(directives=[OWN])
    async def shopping_list(self, info: Info, id: strawberry.ID) -> ShoppingList | None:
        viewer_key(info)
        row = await info.context.loaders.shopping_list.load(ids.decode("ShoppingList", id))
        if row is None or not owns(info, row.owner_id):
            raise NotFound("ShoppingList")
        return ShoppingList.of(row)

    @strawberry.federation.field(
        directives=[OWN], description="What those did whom the viewer follows, newest first."
    )
    async def feed(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> Connection[FeedItem] | None:
        user = viewer_key(info)
        async with info.context.read() as session:
            page = await repository.feed_page(session, user, page_request(first, after))
        return Connection.of(page, FeedItem.of)


@strawberry.type
class Mutation:
    @strawberry.field(description="Asks a chef to come. The price is what the chef charges now.")
    async def create_booking(self, info: Info, input: CreateBookingInput) -> Booking:
        request = service.BookingRequest(
            chef=ids.decode("Chef", input.chef_id),
            starts_at=input.starts_at,
            duration_minutes=input.duration_minutes,
            special_requests=input.special_requests,
        )
        return Booking.of(await service.create_booking(info.context, request))


schema = Schema(query=Query, mutation=Mutation, types=[User])
