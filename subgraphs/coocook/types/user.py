"""What coocook adds to the User of accounts.

The other types refer to users, so their modules import this one, and it imports them where it makes their objects.
"""

from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from subgraphs.coocook.cache_policy import BOOKING, CHEF, RECIPE, SOCIAL
from subgraphs.coocook.loaders import Info
from subgraphs.coocook.models import BookingStatus
from subgraphs.coocook.types.access import own_key
from subgraphs.kit import ids
from subgraphs.kit.connection import Connection
from subgraphs.kit.loaders import Children
from subgraphs.kit.pagination import page_request

if TYPE_CHECKING:
    from subgraphs.coocook.types.booking import Booking, Chef
    from subgraphs.coocook.types.recipe import Recipe
    from subgraphs.coocook.types.social import Follow


@strawberry.federation.type(keys=["id"])
class User:
    id: strawberry.ID
    name: str = strawberry.federation.field(external=True, default="")

    @strawberry.federation.field(directives=[CHEF], description="The user as a chef.")
    async def chef_profile(
        self, info: Info
    ) -> Annotated["Chef", strawberry.lazy("subgraphs.coocook.types.booking")] | None:
        from subgraphs.coocook.types.booking import Chef

        row = await info.context.loaders.chef_of_user.load(self.key)
        return Chef.of(row) if row else None

    @strawberry.federation.field(
        directives=[BOOKING],
        description="As a customer, latest start first. Only for the user and admins.",
    )
    async def bookings(
        self, info: Info, first: int = 20, after: str | None = None, status: BookingStatus | None = None
    ) -> Connection[Annotated["Booking", strawberry.lazy("subgraphs.coocook.types.booking")]] | None:
        from subgraphs.coocook.types.booking import Booking

        children = Children(own_key(info, self.key), page_request(first, after), status)
        return Connection.of(await info.context.loaders.bookings.load(children), Booking.of)

    @strawberry.federation.field(directives=[RECIPE], description="Newest first.")
    async def recipes(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> Connection[Annotated["Recipe", strawberry.lazy("subgraphs.coocook.types.recipe")]]:
        from subgraphs.coocook.types.recipe import Recipe

        children = Children(self.key, page_request(first, after), None)
        return Connection.of(await info.context.loaders.recipes.load(children), Recipe.of)

    @strawberry.federation.field(directives=[SOCIAL], description="Newest first.")
    async def followers(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> Connection[Annotated["Follow", strawberry.lazy("subgraphs.coocook.types.social")]]:
        from subgraphs.coocook.types.social import Follow

        children = Children(self.key, page_request(first, after), None)
        return Connection.of(await info.context.loaders.followers.load(children), Follow.of)

    @strawberry.federation.field(directives=[SOCIAL], description="Newest first.")
    async def following(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> Connection[Annotated["Follow", strawberry.lazy("subgraphs.coocook.types.social")]]:
        from subgraphs.coocook.types.social import Follow

        children = Children(self.key, page_request(first, after), None)
        return Connection.of(await info.context.loaders.following.load(children), Follow.of)

    @property
    def key(self) -> int:
        return ids.decode("User", self.id)

    @classmethod
    def of(cls, key: int) -> Self:
        return cls(id=ids.encode("User", key))

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self:
        ids.decode("User", id)
        return cls(id=id)
