"""What an event means in the store, for all graphs that a process serves at the moment."""

from collections.abc import Sequence

from router.cache.asked_names import AskedNames
from router.cache.outbox.event import Event
from router.cache.store import Invalidation, together


def understand(event: Event, graphs: Sequence[AskedNames]) -> Invalidation:
    """Nothing where no graph has such names. In one, an entity may have another key than in the next."""
    return together([names.as_far_as_known(event.asked) for names in graphs])
