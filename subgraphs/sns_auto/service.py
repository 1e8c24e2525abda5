"""Use cases of sns_auto: each one unit of work."""

from datetime import datetime

from subgraphs.kit.context import Context
from subgraphs.kit.errors import NotFound
from subgraphs.sns_auto import repository, rules
from subgraphs.sns_auto.enums import SNSPostStatus
from subgraphs.sns_auto.loaders import Loaders
from subgraphs.sns_auto.models import SNSPost


async def schedule_post(context: Context[Loaders], id: int, scheduled_at: datetime) -> SNSPost:
    """For the first time, for another time, or again after a failure. Raises NotFound, also for the post of somebody
    else, and the errors of rules.check_schedule, check_transition, check_account and check_publishable."""
    viewer = context.require_viewer()
    viewer.require_product(rules.PRODUCT)
    rules.check_schedule(scheduled_at, context.now)
    async with context.write() as work:
        post = await repository.lock_post(work.session, id, viewer.user_id)
        account = await repository.hold_account(work.session, post.account_id) if post else None
        if post is None or account is None:
            raise NotFound("SNSPost")
        rules.check_transition(post.status, SNSPostStatus.SCHEDULED)
        rules.check_account(post, account)
        rules.check_publishable(post)
        post.status, post.scheduled_at, post.error_message = SNSPostStatus.SCHEDULED, scheduled_at, None
        await work.session.flush()
        work.record("SNSPost", post.id, "scheduled", scheduledAt=scheduled_at.isoformat())
    return post
