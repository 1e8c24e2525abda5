"""What sns_auto adds to the User of accounts.

The other types refer to users, so their modules import this one, and it imports them where it makes their objects.
"""

from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from subgraphs.kit import ids
from subgraphs.kit.connection import Connection
from subgraphs.kit.loaders import Children
from subgraphs.kit.pagination import page_request
from subgraphs.sns_auto.cache_policy import OWN
from subgraphs.sns_auto.enums import SNSPlatform, SNSPostStatus
from subgraphs.sns_auto.loaders import Info
from subgraphs.sns_auto.repository import PostSelection
from subgraphs.sns_auto.types.access import own_key

if TYPE_CHECKING:
    from subgraphs.sns_auto.types.link_in_bio import LinkInBio
    from subgraphs.sns_auto.types.post import SNSAccount, SNSPost


@strawberry.federation.type(keys=["id"])
class User:
    id: strawberry.ID

    @strawberry.federation.field(directives=[OWN], description="Newest first.")
    async def sns_accounts(
        self, info: Info, first: int = 20, after: str | None = None, platform: SNSPlatform | None = None
    ) -> Connection[Annotated["SNSAccount", strawberry.lazy("subgraphs.sns_auto.types.post")]] | None:
        from subgraphs.sns_auto.types.post import SNSAccount

        children = Children(own_key(info, self.key), page_request(first, after), platform)
        return Connection.of(await info.context.loaders.accounts.load(children), SNSAccount.of)

    @strawberry.federation.field(directives=[OWN], description="Newest first.")
    async def sns_posts(
        self, info: Info, first: int = 20, after: str | None = None, status: SNSPostStatus | None = None
    ) -> Connection[Annotated["SNSPost", strawberry.lazy("subgraphs.sns_auto.types.post")]] | None:
        from subgraphs.sns_auto.types.post import SNSPost

        selection = PostSelection(status=status)
        children = Children(own_key(info, self.key), page_request(first, after), selection)
        return Connection.of(await info.context.loaders.posts.load(children), SNSPost.of)

    @strawberry.federation.field(directives=[OWN], description="Newest first.")
    async def link_in_bios(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> Connection[Annotated["LinkInBio", strawberry.lazy("subgraphs.sns_auto.types.link_in_bio")]] | None:
        from subgraphs.sns_auto.types.link_in_bio import LinkInBio

        children = Children(own_key(info, self.key), page_request(first, after), None)
        return Connection.of(await info.context.loaders.link_in_bios.load(children), LinkInBio.of)

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
