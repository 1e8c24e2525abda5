"""What a transport says went wrong, and what it asks for: the words that all of them share."""

from typing import Final

TIMEOUT: Final = "SUBREQUEST_TIMEOUT"
CONNECTION_FAILED: Final = "SUBREQUEST_CONNECTION_FAILED"
HTTP_ERROR: Final = "SUBREQUEST_HTTP_ERROR"
INVALID_RESPONSE: Final = "SUBREQUEST_INVALID_RESPONSE"
CIRCUIT_OPEN: Final = "SUBREQUEST_CIRCUIT_OPEN"

ACCEPT: Final = "application/graphql-response+json, application/json"
