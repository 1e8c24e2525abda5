"""Campaigns, applications for them, and the users who make both.

References to users are nullable: while accounts does not answer, a list keeps its rows.
"""

from datetime import datetime
from typing import Self

import strawberry

from subgraphs.kit import ids
from subgraphs.kit.connection import Connection
from subgraphs.kit.entities import from_row
from subgraphs.kit.loaders import Children
from subgraphs.kit.money import Money
from subgraphs.kit.pagination import page_request
from subgraphs.review import models, rules, service
from subgraphs.review.cache_policy import CAMPAIGNS, CAPACITY, OWN
from subgraphs.review.loaders import Info
from subgraphs.review.models import (
    CampaignApplicationStatus,
    CampaignCategory,
    CampaignRewardType,
    CampaignStatus,
)
from subgraphs.review.types.references import ExperienceListing, SnsAccount, social_account


@strawberry.federation.type(
    keys=["id"], directives=[CAMPAIGNS], description="Looks for people who review a product."
)
class Campaign:
    id: strawberry.ID
    title: str
    product_name: str
    description: str
    category: CampaignCategory
    reward_type: CampaignRewardType
    reward: str = strawberry.field(description="In the creator's words.")
    reward_value: Money | None = strawberry.field(description="What it is worth, if the creator says so.")
    max_reviewers: int
    deadline: datetime
    created_at: datetime
    updated_at: datetime
    row: strawberry.Private[models.Campaign]

    @strawberry.field(description="An active campaign is EXPIRED from its deadline on.")
    def status(self, info: Info) -> CampaignStatus:
        return rules.campaign_status(self.row, info.context.now)

    @strawberry.federation.field(
        directives=[CAPACITY], description="Places that no pending or approved application holds."
    )
    async def spots_available(self, info: Info) -> int:
        return self.row.max_reviewers - await info.context.loaders.taken_places.load(self.row.id)

    @strawberry.field
    def creator(self) -> "User | None":
        return User(id=ids.encode("User", self.row.creator_id))

    @strawberry.field(description="The same advert, where it was found on an experience site.")
    def experience(self) -> ExperienceListing | None:
        key = self.row.experience_id
        return None if key is None else ExperienceListing(id=ids.encode("ExperienceListing", key))

    @strawberry.federation.field(
        directives=[OWN],
        description="Newest first. Only for the creator, with a subscription to review.",
    )
    async def applications(
        self,
        info: Info,
        first: int = 20,
        after: str | None = None,
        status: CampaignApplicationStatus | None = None,
    ) -> "Connection[CampaignApplication] | None":
        service.require_owner(info.context, self.row.creator_id)
        children = Children(self.row.id, page_request(first, after), status)
        page = await info.context.loaders.applications_of_campaign.load(children)
        return Connection.of(page, CampaignApplication.of)

    @classmethod
    def of(cls, row: models.Campaign) -> Self:
        return from_row(cls, row)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:
        row = await info.context.loaders.campaign.load(ids.decode("Campaign", id))
        return cls.of(row) if row else None


@strawberry.federation.type(
    keys=["id"], directives=[OWN], description="Only its applicant and the campaign's creator see it."
)
class CampaignApplication:
    id: strawberry.ID
    message: str
    follower_count: int = strawberry.field(description="As the applicant says.")
    status: CampaignApplicationStatus
    created_at: datetime
    updated_at: datetime
    row: strawberry.Private[models.CampaignApplication]

    @strawberry.field
    async def campaign(self, info: Info) -> Campaign | None:
        row = await info.context.loaders.campaign.load(self.row.campaign_id)
        return Campaign.of(row) if row else None

    @strawberry.field
    def applicant(self) -> "User | None":
        return User(id=ids.encode("User", self.row.applicant_id))

    @strawberry.field(description="As the applicant says: nothing here proves that it is theirs.")
    def social_account(self) -> SnsAccount | None:
        return social_account(self.row.social_account_id)

    @classmethod
    def of(cls, row: models.CampaignApplication) -> Self:
        return from_row(cls, row)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:
        row = await info.context.loaders.application.load(ids.decode("CampaignApplication", id))
        return cls.of(row) if row and service.may_see_application(info.context, row) else None


@strawberry.federation.type(keys=["id"])
class User:
    """Owned by accounts."""

    id: strawberry.ID

    @strawberry.federation.field(directives=[CAMPAIGNS], description="Those of the user, newest first.")
    async def campaigns(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> Connection[Campaign] | None:
        children = Children(ids.decode("User", self.id), page_request(first, after), None)
        return Connection.of(await info.context.loaders.campaigns_of_creator.load(children), Campaign.of)

    @strawberry.federation.field(
        directives=[OWN],
        description="Newest first. Only the user's own, with a subscription to review.",
    )
    async def campaign_applications(
        self,
        info: Info,
        first: int = 20,
        after: str | None = None,
        status: CampaignApplicationStatus | None = None,
    ) -> Connection[CampaignApplication] | None:
        applicant = service.require_owner(info.context, ids.decode("User", self.id))
        children = Children(applicant, page_request(first, after), status)
        page = await info.context.loaders.applications_of_user.load(children)
        return Connection.of(page, CampaignApplication.of)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self:
        ids.decode("User", id)
        return cls(id=id)


@strawberry.input
class ApplyToCampaignInput:
    campaign_id: strawberry.ID
    message: str = strawberry.field(description="1 to 2,000 characters.")
    follower_count: int = strawberry.field(description="0 or more.")
    social_account_id: strawberry.ID | None = strawberry.field(
        default=None, description="Id of an SNSAccount. It is shown to the creator, and not checked."
    )

    def to_application(self) -> service.NewApplication:
        """Raises InvalidId."""
        account = self.social_account_id
        return service.NewApplication(
            campaign=ids.decode("Campaign", self.campaign_id),
            message=self.message,
            follower_count=self.follower_count,
            social_account=None if account is None else ids.decode("SNSAccount", account),
        )
