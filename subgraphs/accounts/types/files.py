"""Files and API keys of a user."""

from datetime import datetime
from typing import Self

import strawberry

from subgraphs.accounts import models
from subgraphs.accounts.cache_policy import OWN
from subgraphs.accounts.loaders import Info
from subgraphs.accounts.models import FileCategory
from subgraphs.accounts.types.access import owns
from subgraphs.kit import ids
from subgraphs.kit.entities import from_row
from subgraphs.kit.scalars import Int64


@strawberry.federation.type(keys=["id"], directives=[OWN])
class FileUpload:
    id: strawberry.ID
    name: str
    size: Int64
    content_type: str
    category: FileCategory
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: models.FileUpload) -> Self:
        return from_row(cls, row)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:
        row = await info.context.loaders.file.load(ids.decode("FileUpload", id))
        return cls.of(row) if row and owns(info, row.user_id) else None


@strawberry.type(
    name="APIKey", directives=[OWN], description="The key itself is shown once, when it is made."
)
class ApiKey:
    id: strawberry.ID
    name: str
    prefix: str
    scopes: list[str]
    expires_at: datetime
    revoked_at: datetime | None
    revoked_reason: str | None
    last_used_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: models.ApiKey) -> Self:
        return from_row(cls, row)
