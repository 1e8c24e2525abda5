"""A subgraph that now and then answers wrongly: the same request always gets the same wrong answer."""

import copy
import random
from typing import Any

import msgspec

from router.upstream.subgraph import SubgraphError, SubgraphRequest, SubgraphResponse, SubgraphTransport

WRONG: tuple[Any, ...] = (
    None, 0, 1.5, -7, 2**40, "", "text", True, [], [None], ["x"], {}, {"__typename": "Nobody"}, [[1]], msgspec.Raw(b"1.50"),
)  # fmt: skip


class Faulty:
    """`share` of the requests are answered wrongly, in one way or in several."""

    def __init__(self, transport: SubgraphTransport, seed: int, share: float = 0.5) -> None:
        self._transport = transport
        self._seed = seed
        self._share = share

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        """Raises SubgraphError, sometimes."""
        dice = random.Random(f"{self._seed}|{request.body!r}")
        response = await self._transport.fetch(request)
        if dice.random() >= self._share:
            return response
        kind = dice.choice(("value", "value", "value", "value", "extra", "missing", "errors", "http"))
        if kind == "http":
            return _http_fault(dice, response)
        answer = msgspec.json.decode(response.body)
        for _ in range(dice.choice((1, 1, 1, 2, 3))):
            _spoil(answer, kind, dice)
        return SubgraphResponse(msgspec.json.encode(answer), response.status, response.headers)


def _http_fault(dice: random.Random, response: SubgraphResponse) -> SubgraphResponse:
    match dice.randrange(6):
        case 0:
            raise SubgraphError("SUBREQUEST_CONNECTION_FAILED", "refused")
        case 1:
            raise SubgraphError("SUBREQUEST_TIMEOUT", "too slow")
        case 2:
            return SubgraphResponse(response.body[: len(response.body) // 2], 200, response.headers)
        case 3:
            return SubgraphResponse(b"<html>", 502, {"content-type": "text/html"})
        case 4:
            return SubgraphResponse(response.body, 500, response.headers)
        case _:
            return SubgraphResponse(response.body, 200, {"content-type": "text/plain"})


def _spoil(answer: dict[str, Any], kind: str, dice: random.Random) -> None:
    if kind == "errors":
        path = _path(answer.get("data"), dice)
        error = {"message": "no", "path": path, "extensions": {"code": "NO"}}
        answer["errors"] = [error, *answer.get("errors", ())]
        if dice.random() < 0.5:
            _put(answer, ["data", *path], None)
        return
    holders = [holder for holder in _holders(answer["data"]) if isinstance(holder, dict) or holder]
    if not holders:
        answer["data"] = _wrong(dice)
        return
    holder = dice.choice(holders)
    keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
    if kind == "extra" and isinstance(holder, dict):
        others = [key for other in holders if isinstance(other, dict) for key in other]
        holder[dice.choice([*others, "nobodyAsked"])] = _wrong(dice)
    elif not keys:
        return
    elif kind == "missing":
        del holder[dice.choice(keys)]
    else:
        holder[dice.choice(keys)] = _wrong(dice)


def _wrong(dice: random.Random) -> Any:
    return copy.deepcopy(dice.choice(WRONG))


def _holders(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [value, *(holder for item in value.values() for holder in _holders(item))]
    if isinstance(value, list):
        return [value, *(holder for item in value for holder in _holders(item))]
    return []


def _path(value: Any, dice: random.Random) -> list[Any]:
    path: list[Any] = []
    while isinstance(value, dict | list) and value and dice.random() < 0.9:
        key = dice.choice(list(value)) if isinstance(value, dict) else dice.randrange(len(value))
        path.append(key)
        value = value[key]
    return path


def _put(value: Any, path: list[Any], new: Any) -> None:
    for key in path[:-1]:
        value = value[key]
    if isinstance(value, dict | list) and path:
        value[path[-1]] = new
