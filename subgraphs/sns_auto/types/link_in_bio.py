"""Pages of links, which the owner of an account puts into its biography."""

from datetime import datetime
from typing import Self

import strawberry

from subgraphs.kit import ids
from subgraphs.kit.cache_control import INHERITED
from subgraphs.kit.entities import from_row
from subgraphs.kit.errors import InvalidRepresentation
from subgraphs.sns_auto import models
from subgraphs.sns_auto.cache_policy import OWN, PAGE, STATISTICS
from subgraphs.sns_auto.enums import LinkInBioTheme
from subgraphs.sns_auto.loaders import Info
from subgraphs.sns_auto.types.access import owns
from subgraphs.sns_auto.types.user import User


@strawberry.type(name="LinkInBioLink", directives=[INHERITED])
class Link:
    url: str
    label: str
    icon: str | None


@strawberry.federation.type(keys=["id", "slug"], directives=[PAGE])
class LinkInBio:
    id: strawberry.ID
    slug: str
    title: str
    theme: LinkInBioTheme
    created_at: datetime
    updated_at: datetime
    row: strawberry.Private[models.LinkInBio]

    @strawberry.field(description="In order.")
    async def links(self, info: Info) -> list[Link]:
        rows = await info.context.loaders.links.load(self.row.id)
        return [Link(url=row.url, label=row.label, icon=row.icon) for row in rows]

    @strawberry.federation.field(directives=[OWN], description="Null for others than the owner.")
    def owner(self, info: Info) -> User | None:
        return User.of(self.row.user_id) if owns(info, self.row.user_id) else None

    @strawberry.federation.field(directives=[STATISTICS], description="Null for others than the owner.")
    def clicks(self, info: Info) -> int | None:
        return self.row.clicks if owns(info, self.row.user_id) else None

    @classmethod
    def of(cls, row: models.LinkInBio) -> Self:
        return from_row(cls, row)

    @classmethod
    async def resolve_reference(
        cls, info: Info, id: strawberry.ID | None = None, slug: str | None = None
    ) -> Self | None:
        loaders = info.context.loaders
        if id is not None:
            row = await loaders.link_in_bio.load(ids.decode("LinkInBio", id))
        elif slug is not None:
            row = await loaders.link_in_bio_by_slug.load(slug)
        else:
            raise InvalidRepresentation("A LinkInBio needs its id or its slug.")
        return cls.of(row) if row else None
