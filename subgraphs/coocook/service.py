"""Use cases of coocook: each one unit of work."""

from dataclasses import dataclass
from datetime import datetime

from subgraphs.coocook import repository, rules
from subgraphs.coocook.errors import ChefIsBooked
from subgraphs.coocook.loaders import Loaders
from subgraphs.coocook.models import Booking, BookingStatus
from subgraphs.kit.context import Context
from subgraphs.kit.database import violations
from subgraphs.kit.errors import NotFound


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """What a customer asks for; `chef` is a primary key."""

    chef: int
    starts_at: datetime
    duration_minutes: int
    special_requests: str | None = None


async def create_booking(context: Context[Loaders], request: BookingRequest) -> Booking:
    """Raises the errors of rules.booking_period and rules.check_bookable, TextTooLong, NotFound or ChefIsBooked."""
    viewer = context.require_viewer()
    viewer.require_product(rules.PRODUCT)
    period = rules.booking_period(request.starts_at, request.duration_minutes, context.now)
    special_requests = rules.special_requests(request.special_requests)
    async with context.write() as work:
        chef = await repository.lock_chef(work.session, request.chef)
        if chef is None:
            raise NotFound("Chef")
        rules.check_bookable(chef, viewer.user_id)
        booking = Booking(
            customer_id=viewer.user_id,
            chef_id=chef.id,
            status=BookingStatus.PENDING,
            starts_at=period.start,
            ends_at=period.end,
            price_per_session=chef.price_per_session,
            total_price=rules.total_price(chef.price_per_session, request.duration_minutes),
            special_requests=special_requests,
        )
        with violations({"ex_bookings_chef_overlap": ChefIsBooked()}):
            work.session.add(booking)
            await work.session.flush()
        work.record("Booking", booking.id, "created", status=booking.status.value)
    return booking
