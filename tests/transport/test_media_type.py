"""Content negotiation as a table."""

import pytest

from router.errors import ClientError
from router.transport.media_type import MediaType, negotiate

NEW = MediaType.GRAPHQL_RESPONSE
JSON = MediaType.JSON


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, JSON),
        ("", JSON),
        ("  ", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json", JSON),
        ("application/graphql-response+json", NEW),
        ("APPLICATION/GRAPHQL-RESPONSE+JSON", NEW),
        ("application/graphql-response+json, application/json", NEW),
        ("application/json, application/graphql-response+json", NEW),
        ("application/json, application/graphql-response+json;q=0.9", JSON),
        ("application/graphql-response+json;q=0.5, application/json;q=0.4", NEW),
        ("application/graphql-response+json, */*", NEW),
        ("application/graphql-response+json;q=0.8, */*", JSON),
        ("application/json;q=0, */*", NEW),
        ("text/html, */*;q=0.1", JSON),
        ("text/html, application/json;charset=utf-8", JSON),
        ('application/json; charset="UTF-8"', JSON),
        ("application/graphql-response+json;charset=iso-8859-1, application/json", JSON),
        ("application/json;q=abc, application/*;q=0.2", NEW),
        ("application/json;q=7, application/*;q=0.2", NEW),
    ],
)
def test_chooses(accept: str | None, expected: MediaType) -> None:
    assert negotiate(accept) is expected


@pytest.mark.parametrize(
    "accept",
    ["text/html", "application/xml, text/*", "*/*;q=0", "application/json;charset=utf-16", "json", ";", ","],
)
def test_refuses(accept: str) -> None:
    with pytest.raises(ClientError) as refused:
        negotiate(accept)

    assert (refused.value.code, refused.value.status) == ("NOT_ACCEPTABLE", 406)
