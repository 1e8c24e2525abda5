"""Shopping lists: their owner's."""

from datetime import datetime
from typing import Self

import strawberry

from subgraphs.coocook import models
from subgraphs.coocook.cache_policy import OWN
from subgraphs.coocook.loaders import Info
from subgraphs.coocook.models import IngredientCategory, IngredientUnit
from subgraphs.coocook.types.access import owns
from subgraphs.coocook.types.user import User
from subgraphs.kit import ids
from subgraphs.kit.cache_control import INHERITED
from subgraphs.kit.entities import from_row
from subgraphs.kit.money import Money


@strawberry.type(directives=[INHERITED])
class ShoppingListItem:
    id: strawberry.ID
    name: str
    quantity: float
    unit: IngredientUnit
    category: IngredientCategory
    is_checked: bool
    estimated_price: Money | None

    @classmethod
    def of(cls, row: models.ShoppingListItem) -> Self:
        return from_row(cls, row, quantity=float(row.quantity))


@strawberry.federation.type(keys=["id"], directives=[OWN])
class ShoppingList:
    id: strawberry.ID
    name: str
    created_at: datetime
    updated_at: datetime
    row: strawberry.Private[models.ShoppingList]

    @strawberry.field
    def owner(self) -> User:
        return User.of(self.row.owner_id)

    @strawberry.field
    async def items(self, info: Info) -> list[ShoppingListItem]:
        rows = await info.context.loaders.shopping_items.load(self.row.id)
        return [ShoppingListItem.of(row) for row in rows]

    @classmethod
    def of(cls, row: models.ShoppingList) -> Self:
        return from_row(cls, row)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:
        row = await info.context.loaders.shopping_list.load(ids.decode("ShoppingList", id))
        return cls.of(row) if row and owns(info, row.owner_id) else None
