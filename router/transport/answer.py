"""What goes back over HTTP: the status code and the headers that an outcome has in a media type."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import msgspec
from starlette.types import Send

from router.errors import ClientError
from router.pipeline import GraphQLResponse, refusal
from router.transport.media_type import MediaType

_SECOND: Final = 1000
_LONGEST: Final = 2**31 - 1
_OK: Final = 200
_NOT_MODIFIED: Final = 304
_SEE_OTHER: Final = 303
_BAD_REQUEST: Final = 400
_UNAUTHORIZED: Final = 401
_METHOD_NOT_ALLOWED: Final = 405
_TOO_LARGE: Final = 413

RawHeaders: TypeAlias = tuple[tuple[bytes, bytes], ...]

_OF_ERRORS: Final[Mapping[int, RawHeaders]] = {
    _UNAUTHORIZED: ((b"www-authenticate", b"Bearer"),),
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

    def __init__(
        self, media_type: MediaType, vary: bytes, viewer: Sequence[str], surrogate_keys: bytes = b""
    ) -> None:
        """`viewer`: the headers on which an answer depends that is not the same for all. `surrogate_keys`: the header that
        has them."""
        self._surrogate_keys = surrogate_keys
        self._is_json = media_type is MediaType.JSON
        self._type = (b"content-type", media_type.content_type.encode())
        self._vary = vary
        self._private_vary = b", ".join((vary, *(name.encode() for name in viewer)))
        self._headers: RawHeaders = (self._type, (b"cache-control", b"no-store"), (b"vary", vary))

    def executed(self, response: GraphQLResponse) -> Answer:
        """A well-formed request has 200 in application/json, whatever is wrong with its GraphQL.

        https://graphql.github.io/graphql-over-http/draft/#sec-application-json
        """
        if response.refused is None:
            headers = self._headers if response.fresh < _SECOND else self._kept(response)
            return Answer(_OK, headers, response.body)
        status = response.refused.status
        if status == _BAD_REQUEST and self._is_json:
            status = _OK
        more = _ALLOW_POST if status == _METHOD_NOT_ALLOWED else _OF_ERRORS.get(status, ())
        return Answer(status, self._headers + more, response.body)

    def _kept(self, response: GraphQLResponse) -> RawHeaders:
        """For caches between the router and its clients, and for these."""
        seconds = min(int(response.fresh / _SECOND), _LONGEST)
        scope = "public" if response.is_shared else "private"
        control = (b"cache-control", f"{scope}, max-age={seconds}".encode())
        if not response.is_shared:
            return (self._type, control, (b"vary", self._private_vary))
        keys = ((self._surrogate_keys, response.surrogate_keys),) if response.surrogate_keys else ()
        return (self._type, control, (b"vary", self._vary), *keys)

    def refused(self, error: ClientError) -> Answer:
        """A request that was not GraphQL over HTTP has the status code that the error names."""
        return Answer(error.status, self._headers + _OF_ERRORS.get(error.status, ()), refusal(error).body)


def conditional(answer: Answer, if_none_match: bytes | None) -> Answer:
    """The answer to a GET, with a validator; without its body for a client that has it already.

    The validator is a weak one, since the answer may be compressed on its way: RFC 9110 section 8.8.1.
    """
    tag = b'W/"%b"' % hashlib.blake2b(answer.body, digest_size=16).hexdigest().encode()
    headers = (*answer.headers, (b"etag", tag))
    if if_none_match is not None and _matches(if_none_match, tag):
        return Answer(_NOT_MODIFIED, headers[1:], b"")
    return Answer(answer.status, headers, answer.body)


def _matches(if_none_match: bytes, tag: bytes) -> bool:
    asked = [each.strip().removeprefix(b"W/") for each in if_none_match.split(b",")]
    return b"*" in asked or tag.removeprefix(b"W/") in asked


def redirect(path: str) -> Answer:
    """To a page that is to be read by GET."""
    return Answer(_SEE_OTHER, ((b"location", path.encode()),), b"")


async def send_answer(answer: Answer, request_id: bytes, send: Send) -> None:
    """In two messages, the body as it is."""
    headers = [*answer.headers, (b"x-request-id", request_id)]
    if answer.status != _NOT_MODIFIED:
        headers.append((b"content-length", b"%d" % len(answer.body)))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
