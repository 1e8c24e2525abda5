"""Reads the answers of one connection, one after another: bytes in, responses out."""

from typing import Final

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from router.upstream.http1.content import Decompressor
from router.upstream.http1.invalid import InvalidAnswerError
from router.upstream.http1.known_head import END_OF_HEAD, KnownHead, known_head
from router.upstream.subgraph import SubgraphResponse

MAX_HEAD_BYTES: Final = 64 * 1024
"""Also what an answer may hold between two pieces of its body: chunk extensions, trailers."""

MAX_HEADERS: Final = 256
_PIECES: Final = 32

_PATIENCE: Final = 8
"""After so many heads in a row that were not like the one before, nobody looks any more."""

_INTERIM: Final = 100
_FINAL: Final = 200
_LINE_ENDS: Final = 4
_FREQUENT: Final = (
    *("Age", "Cache-Control", "Connection", "Content-Encoding", "Content-Length", "Content-Type", "Date"),
    *("ETag", "Keep-Alive", "Server", "Transfer-Encoding", "Vary", "X-Powered-By", "X-Request-Id"),
)
_NAMES: Final = {name.encode(): name.lower() for name in (*_FREQUENT, *map(str.lower, _FREQUENT))}


class AnswerReader:
    """Holds at most `max_bytes` of a body, and some more for its head. Used again after `take`.

    Length and date are for the connection only, and not among the headers of a response.
    """

    __slots__ = (
        "_body",
        "_decompressor",
        "_has_length",
        "_headers",
        "_known",
        "_max_bytes",
        "_parser",
        "_repeated",
        "_size",
        "_status",
        "_unlike",
        "_unread",
        "_until_close",
        "complete",
        "reusable",
        "started",
    )

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._parser = HttpResponseParser(self)
        self._known: KnownHead | None = None
        self._unlike = 0
        """Heads one after another that were not like the known one."""
        self._reset()

    def _reset(self) -> None:
        self._status = 0
        self._headers: dict[str, str] = {}
        self._has_length = False
        self._repeated = 0
        self._body: list[bytes | bytearray] = []
        self._size = 0
        self._decompressor: Decompressor | None = None
        self._until_close = False
        self._unread = 0
        self.started = False
        self.complete = False
        self.reusable = False

    def feed(self, data: bytes) -> bool:
        """Whether the answer is complete. Raises InvalidAnswerError."""
        is_first = not self.started
        if is_first and self._known is not None and self._is_as_before(data, self._known):
            return True
        self.started = True
        self._unread += len(data)
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            if not self.complete:
                raise _reason(error) from None
            self.reusable = False
        if not self.complete and self._unread > MAX_HEAD_BYTES:
            raise InvalidAnswerError(f"a head or trailer of more than {MAX_HEAD_BYTES} bytes")
        if self.complete and is_first and self._unlike < _PATIENCE:
            self._remember(data)
        return self.complete

    def _is_as_before(self, data: bytes, known: KnownHead) -> bool:
        """Takes in a message that came in one piece, if its head needs no parsing."""
        end = data.find(END_OF_HEAD)
        begin = end + len(END_OF_HEAD)
        length = known.length(data, end) if end >= 0 else -1
        if length != len(data) - begin or length > self._max_bytes:
            return False
        self._status, self._headers, self._body = known.status, known.headers, [data[begin:]]
        self._unlike = 0
        self.started = self.complete = self.reusable = True
        return True

    def _remember(self, data: bytes) -> None:
        """For the next message, where this one was as plain as most are."""
        self._unlike += 1
        end = data.find(END_OF_HEAD)
        plain = self.reusable and self._decompressor is None and self._has_length
        if plain and len(data) - end - len(END_OF_HEAD) == self._size:
            self._known = known_head(data, end, self._status, self._headers)

    def end(self, *, clean: bool) -> bool:
        """The other side sends no more: whether the answer ends so. Raises InvalidAnswerError if its body is cut."""
        if not self._status:
            return False
        if not (clean and self._until_close):
            raise InvalidAnswerError("truncated")
        self._complete(reusable=False)
        return True

    def take(self) -> SubgraphResponse:
        """The complete answer; what comes after it is another one."""
        pieces = self._body
        body = bytes(pieces[0]) if len(pieces) == 1 else b"".join(pieces)
        response = SubgraphResponse(body, self._status, self._headers)
        self._reset()
        return response

    def discard(self) -> None:
        """Not used again: the parser and this hold each other."""
        del self._parser

    def on_message_begin(self) -> None:
        """Called by the parser, as are the others. No second answer was asked for."""
        if self.complete:
            raise InvalidAnswerError("more than one answer")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Of the head, or of the trailer, whose fields nobody asked for."""
        if self._status:
            return
        key = _NAMES.get(name) or name.decode("latin-1").lower()
        headers = self._headers
        if key in headers:
            self._repeated += 1
            self._check_count()
            headers[key] = f"{headers[key]}, {value.decode('latin-1')}"
        else:
            headers[key] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        """Finds out how the body ends, which must be beyond doubt."""
        status = self._parser.get_status_code()
        self._check_size()
        if status >= _FINAL:
            self._status = status
            self._read_framing(self._headers)
        elif status < _INTERIM:
            raise InvalidAnswerError(f"status {status}")

    def _read_framing(self, headers: dict[str, str]) -> None:
        headers.pop("date", None)
        length = headers.pop("content-length", None)
        self._has_length = length is not None
        coding = headers.get("transfer-encoding")
        if length is None:
            if coding is not None and coding.lower() != "chunked":
                raise InvalidAnswerError(f"transfer-encoding is '{coding[:100]}', not chunked")
            self._until_close = coding is None
        elif coding is not None:
            raise InvalidAnswerError("both content-length and transfer-encoding")
        if "content-encoding" in headers:
            self._decompressor = _decompressor(headers["content-encoding"])
        elif length is not None and int(length) > self._max_bytes:
            raise self._too_large()

    def on_body(self, data: bytes) -> None:
        """A piece of the body, without the marks of chunks."""
        self._unread = 0
        if self._decompressor is not None:
            data = self._decompressor.decode(data, self._max_bytes - self._size)
        self._size += len(data)
        if self._size > self._max_bytes:
            raise self._too_large()
        pieces = self._body
        if len(pieces) < _PIECES:
            pieces.append(data)
        else:
            # An object for each piece would take many times the memory of a body in single bytes.
            if not isinstance(pieces[-1], bytearray):
                pieces[-1] = bytearray(pieces[-1])
            pieces[-1] += data

    def on_message_complete(self) -> None:
        """After an interim answer the one that was asked for is yet to come: RFC 9110 section 15.2."""
        if self._status:
            self._complete(reusable=self._parser.should_keep_alive())
        else:
            self._headers = {}

    def _complete(self, *, reusable: bool) -> None:
        if self._decompressor is not None:
            self._decompressor.finish()
        self.complete = True
        self.reusable = reusable

    def _check_count(self) -> None:
        if len(self._headers) + self._repeated > MAX_HEADERS:
            raise InvalidAnswerError(f"more than {MAX_HEADERS} headers")

    def _check_size(self) -> None:
        """Most heads came in so few bytes that they need no counting."""
        self._check_count()
        if self._unread > MAX_HEAD_BYTES:
            headers = self._headers
            size = sum(len(name) + len(value) + _LINE_ENDS for name, value in headers.items())
            if size > MAX_HEAD_BYTES:
                raise InvalidAnswerError(f"a head of more than {MAX_HEAD_BYTES} bytes")

    def _too_large(self) -> InvalidAnswerError:
        return InvalidAnswerError(f"more than {self._max_bytes} bytes")


def _decompressor(coding: str) -> Decompressor | None:
    coding = coding.strip().lower()
    return None if coding in ("", "identity") else Decompressor(coding)


def _reason(error: Exception) -> InvalidAnswerError:
    """What a callback raised is the context of what the parser raises then."""
    found = error.__context__
    return found if isinstance(found, InvalidAnswerError) else InvalidAnswerError(f"not HTTP: {error}")
