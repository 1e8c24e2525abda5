"""Who follows whom, and what there is to tell them."""

from datetime import datetime
from typing import Self

import strawberry

from subgraphs.coocook import models
from subgraphs.coocook.cache_policy import OWN
from subgraphs.coocook.loaders import Info
from subgraphs.coocook.models import FeedItemType
from subgraphs.coocook.types.recipe import Recipe, load_recipe
from subgraphs.coocook.types.user import User
from subgraphs.kit.entities import from_row


@strawberry.type
class Follow:
    id: strawberry.ID
    created_at: datetime
    row: strawberry.Private[models.Follow]

    @strawberry.field
    def follower(self) -> User:
        return User.of(self.row.follower_id)

    @strawberry.field
    def followed(self) -> User:
        return User.of(self.row.followed_id)

    @classmethod
    def of(cls, row: models.Follow) -> Self:
        return from_row(cls, row)


@strawberry.type(directives=[OWN], description="What somebody did whom the viewer follows.")
class FeedItem:
    id: strawberry.ID
    type: FeedItemType
    created_at: datetime
    row: strawberry.Private[models.FeedItem]

    @strawberry.field
    def actor(self) -> User:
        return User.of(self.row.actor_id)

    @strawberry.field(description="Unless it is about a user.")
    async def recipe(self, info: Info) -> Recipe | None:
        return await load_recipe(info, self.row.recipe_id)

    @strawberry.field(description="If the actor followed somebody: whom.")
    def followed(self) -> User | None:
        return None if self.row.followed_id is None else User.of(self.row.followed_id)

    @classmethod
    def of(cls, row: models.FeedItem) -> Self:
        return from_row(cls, row)
