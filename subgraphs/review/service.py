"""Use cases of review: applying for a campaign, and who may ask for what."""

from dataclasses import dataclass
from typing import NoReturn

from subgraphs.kit import ids
from subgraphs.kit.context import Context
from subgraphs.kit.database import WriteSession, violations
from subgraphs.kit.errors import Forbidden, NotFound
from subgraphs.kit.viewer import Viewer
from subgraphs.review import repository, rules
from subgraphs.review.errors import AlreadyApplied, CampaignFull, OwnCampaign
from subgraphs.review.loaders import Loaders
from subgraphs.review.models import CampaignApplication


@dataclass(frozen=True, slots=True)
class NewApplication:
    """What an applicant says. `social_account` is the key of an SNSAccount, which another service keeps: whether it
    is there and whose it is cannot be checked here, so nothing may be concluded from it but what to show."""

    campaign: int
    message: str
    follower_count: int
    social_account: int | None


def require_customer(context: Context[Loaders]) -> Viewer:
    """The viewer, with a subscription. Raises Unauthenticated or SubscriptionRequired."""
    viewer = context.require_viewer()
    viewer.require_product(rules.PRODUCT)
    return viewer


def require_owner(context: Context[Loaders], user: int) -> int:
    """The key of the user whose things are asked for. Raises also Forbidden."""
    if not context.require_viewer().may_see(user):
        raise Forbidden
    require_customer(context)
    return user


def is_customer(context: Context[Loaders]) -> bool:
    """Whether there is a viewer with a subscription."""
    viewer = context.viewer
    return viewer is not None and viewer.has_product(rules.PRODUCT)


def owns(context: Context[Loaders], user: int) -> bool:
    """Whether the viewer may see what is this user's."""
    return is_customer(context) and context.viewer is not None and context.viewer.may_see(user)


def may_see_application(context: Context[Loaders], application: CampaignApplication) -> bool:
    """Its applicant and the campaign's creator may."""
    return owns(context, application.applicant_id) or owns(context, application.creator_id)


async def apply_to_campaign(context: Context[Loaders], new: NewApplication) -> CampaignApplication:
    """Raises InvalidMessage, InvalidFollowerCount, NotFound, OwnCampaign, CampaignNotActive, DeadlinePassed,
    AlreadyApplied or CampaignFull."""
    viewer = require_customer(context)
    rules.check_application(new.message, new.follower_count)
    async with context.write() as work:
        campaign = await repository.campaign_now(work.session, new.campaign)
        if campaign is None:
            raise NotFound("Campaign")
        rules.check_may_apply(campaign, viewer.user_id, context.now)
        application = CampaignApplication(
            campaign_id=campaign.id,
            creator_id=campaign.creator_id,
            applicant_id=viewer.user_id,
            message=new.message,
            social_account_id=new.social_account,
            follower_count=new.follower_count,
        )
        # First the application, then its place: the campaign's row stays locked only from there to the commit, and
        # who has applied already is told so even when the campaign is full.
        refusals = {
            "uq_campaign_applications_campaign_id_applicant_id": AlreadyApplied(),
            "ck_campaign_applications_not_by_the_creator": OwnCampaign(),
        }
        with violations(refusals):
            work.session.add(application)
            await work.session.flush()
        if not await repository.take_place(work.session, campaign.id, context.now):
            await _refuse(context, work.session, new.campaign, viewer)
        work.record(
            "CampaignApplication",
            application.id,
            "created",
            campaign=ids.encode("Campaign", campaign.id),
            applicant=ids.encode("User", viewer.user_id),
        )
        work.record("Campaign", campaign.id, "applied_to")
    return application


async def _refuse(
    context: Context[Loaders], session: WriteSession, campaign: int, viewer: Viewer
) -> NoReturn:
    """Says why there was no place: the campaign may have been closed since it was read."""
    latest = await repository.campaign_now(session, campaign)
    if latest is not None:
        rules.check_may_apply(latest, viewer.user_id, context.now)
    raise CampaignFull
