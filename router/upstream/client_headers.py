"""What all fetches of one client request share: who asks, as a key, and the headers with the time that is left."""

from collections.abc import Mapping

from router.upstream.headers import OF_ONE_REQUEST


class ClientHeaders:
    """Remembers the headers that it saw last, since all fetches of a client request have the same mapping.

    `deadline_header` is its name, in lower case; None where subgraphs are told nothing.
    """

    def __init__(self, deadline_header: str | None) -> None:
        self.deadline_header = deadline_header
        self._ignored = OF_ONE_REQUEST | ({deadline_header} if deadline_header else set())
        self._headers: Mapping[str, str] = {}
        self._identity: tuple[tuple[str, str], ...] = ()
        self._told: Mapping[str, str] = {}
        self._milliseconds: int | None = None

    def identity(self, headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """Equal for headers that make no difference to an answer."""
        if headers is not self._headers:
            self._headers = headers
            ignored = self._ignored
            self._identity = tuple([item for item in headers.items() if item[0] not in ignored])
            self._milliseconds = None
        return self._identity

    def telling(self, headers: Mapping[str, str], milliseconds: int) -> Mapping[str, str]:
        """The headers with the time that is left. The same mapping as before, if nothing has changed."""
        if self.deadline_header is None:
            return headers
        if headers is not self._headers:
            self.identity(headers)
        if milliseconds != self._milliseconds:
            self._milliseconds = milliseconds
            self._told = {**headers, self.deadline_header: str(milliseconds)}
        return self._told
