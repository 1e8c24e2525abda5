"""Makes answers as a page with a list has them: the same fields again and again, with values that differ."""

import random
from typing import Any, Final

import msgspec

_SENTENCE: Final = (
    "the quick market lesson chef booking review course tasted excellent kitchen of a and with for every learner plan "
    "video post social account campaign schedule garden river summer honest broth spice noodle dinner evening gentle "
    "slow warm fresh"
)
_WORDS: Final = _SENTENCE.split()


def bookings(count: int, seed: int = 1) -> bytes:
    """About 470 bytes for each; the same for the same seed."""
    draw = random.Random(seed)
    edges = [{"cursor": f"{draw.getrandbits(64):016x}", "node": _booking(draw)} for _ in range(count)]
    return msgspec.json.encode(
        {"data": {"bookings": {"edges": edges, "pageInfo": {"hasNextPage": True, "endCursor": "abc"}}}}
    )


def _booking(draw: random.Random) -> dict[str, Any]:
    month, day, hour = draw.randint(1, 12), draw.randint(1, 28), draw.randint(0, 23)
    return {
        "id": f"Qm9va2luZzo{draw.randrange(10**8):08d}",
        "startsAt": f"2026-{month:02d}-{day:02d}T{hour:02d}:{draw.choice((0, 15, 30, 45)):02d}:00Z",
        "status": draw.choice(("CONFIRMED", "CANCELLED", "PENDING")),
        "price": {"amountMinor": draw.randrange(10**5), "currency": draw.choice(("KRW", "EUR", "USD"))},
        "chef": {
            "id": f"Q2hlZjo{draw.randrange(500)}",
            "name": _text(draw, 2).title(),
            "rating": round(draw.random() * 5, 2),
        },
        "note": draw.choice((None, _text(draw, 8), _text(draw, 20))),
        "reviews": [
            {"stars": draw.randint(1, 5), "body": _text(draw, draw.randint(4, 25))}
            for _ in range(draw.randint(0, 3))
        ],
    }


def _text(draw: random.Random, words: int) -> str:
    return " ".join(draw.choice(_WORDS) for _ in range(words))
