"""What goes back over HTTP: the status code and the headers that an outcome has in a media type."""

from collections.abc import Mapping
from typing import Final, TypeAlias

import msgspec
from starlette.types import Send

from router.errors import ClientError
from router.pipeline import GraphQLResponse, refusal
from router.transport.media_type import MediaType

_OK: Final = 200
_SEE_OTHER: Final = 303
_BAD_REQUEST: Final = 400
_METHOD_NOT_ALLOWED: Final = 405
_TOO_LARGE: Final = 413

RawHeaders: TypeAlias = tuple[tuple[bytes, bytes], ...]

_OF_ERRORS: Final[Mapping[int, RawHeaders]] = {
    _METHOD_NOT_ALLOWED: ((b"allow", b"GET, POST"),),
    # The rest of the body is still under way, and nobody will read it.
    _TOO_LARGE: ((b"connection", b"close"),),
}
_ALLOW_POST: Final[RawHeaders] = ((b"allow", b"POST"),)


class Answer(msgspec.Struct, frozen=True, gc=False):
    """`headers` are all but the length and the request's id."""

    status: int
    headers: RawHeaders
    body: bytes


class AnswerFormat:
    """Answers of one media type. What their headers have in common is made once."""

    def __init__(self, media_type: MediaType, vary: bytes) -> None:
        self._is_json = media_type is MediaType.JSON
        self._headers: RawHeaders = (
            (b"content-type", media_type.content_type.encode()),
            (b"cache-control", b"no-store"),
            (b"vary", vary),
        )

    def executed(self, response: GraphQLResponse) -> Answer:
        """A well-formed request has 200 in application/json, whatever is wrong with its GraphQL.

        https://graphql.github.io/graphql-over-http/draft/#sec-application-json
        """
        if response.refused is None:
            return Answer(_OK, self._headers, response.body)
        status = response.refused.status
        if status == _BAD_REQUEST and self._is_json:
            status = _OK
        allow = _ALLOW_POST if status == _METHOD_NOT_ALLOWED else ()
        return Answer(status, self._headers + allow, response.body)

    def refused(self, error: ClientError) -> Answer:
        """A request that was not GraphQL over HTTP has the status code that the error names."""
        return Answer(error.status, self._headers + _OF_ERRORS.get(error.status, ()), refusal(error).body)


def redirect(path: str) -> Answer:
    """To a page that is to be read by GET."""
    return Answer(_SEE_OTHER, ((b"location", path.encode()),), b"")


async def send_answer(answer: Answer, request_id: bytes, send: Send) -> None:
    """In two messages, the body as it is."""
    length = (b"content-length", b"%d" % len(answer.body))
    headers = [*answer.headers, length, (b"x-request-id", request_id)]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
