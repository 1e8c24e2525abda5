"""The edge of the router: an exception that nobody foresaw goes to the log, and the client gets an id to ask with."""

import logging
from typing import Final
from uuid import uuid4

from router.errors import ClientError

_log: Final = logging.getLogger(__name__)


def incident(error: Exception) -> ClientError:
    """Logs the exception, and gives the error to show in its place."""
    incident_id = uuid4().hex
    _log.error("incident %s", incident_id, exc_info=error)
    return ClientError(
        "INTERNAL_SERVER_ERROR",
        f"Something went wrong inside the router. Its log tells more under the id {incident_id}.",
        status=500,
        extensions={"id": incident_id},
    )
