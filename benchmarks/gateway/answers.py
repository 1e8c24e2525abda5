"""Whether a contender's answers are the expected ones, before anything is measured."""

import json
from enum import Enum
from typing import Any, Final

import httpx

from benchmarks.gateway.graphs import Query

_SECONDS: Final = 30


class Verdict(Enum):
    """The value is what is printed."""

    SAME = "to the byte"
    SAME_AS_JSON = "as JSON: order of fields or whitespace differs"
    OTHER = "another answer"


def compare(answer: bytes, expected: bytes) -> Verdict:
    """Field order does not count as a difference of JSON; the order of lists does."""
    if answer == expected:
        return Verdict.SAME
    return Verdict.SAME_AS_JSON if _parsed(answer) == json.loads(expected) else Verdict.OTHER


def ask(url: str, query: Query) -> bytes:
    """Raises httpx.HTTPError for no answer, or one that is none."""
    headers = {"content-type": "application/json", "accept": "application/json"}
    response = httpx.post(url, content=query.body, headers=headers, timeout=_SECONDS, trust_env=False)
    return response.raise_for_status().content


def _parsed(answer: bytes) -> Any:
    try:
        return json.loads(answer)
    except ValueError:
        return None
