"""What an event means in the store, for all graphs that a process serves at the moment."""

from collections.abc import Iterator, Sequence

from router.cache.asked_names import AskedNames
from router.cache.invalidation_request import Asked, OfType, OneEntity
from router.cache.outbox.event import Event
from router.cache.store import Invalidation, together
from router.errors import ClientError


def understand(event: Event, graphs: Sequence[AskedNames]) -> Invalidation:
    """Nothing where no graph has such names. In one, an entity may have another key than in the next."""
    return together([part for names in graphs for asked in event.asked for part in _parts(asked, names)])


def _parts(asked: Asked, names: AskedNames) -> Iterator[Invalidation]:
    """Of an entity whose key is not the one that makes its name, all of its type: at least what was meant goes."""
    try:
        yield names.invalidation([asked])
    except ClientError:
        if isinstance(asked, OneEntity):
            yield from _parts(OfType(asked.type), names)
