"""Whatever is sent, it is understood or refused."""

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from router.errors import ClientError
from router.transport.media_type import MediaType, negotiate
from router.transport.parameters import Parameters, parameters_from_body, parameters_from_query_string


@given(st.binary() | st.text().map(str.encode))
def test_bodies(body: bytes) -> None:
    with suppress(ClientError):
        assert isinstance(parameters_from_body(body), Parameters)


@given(st.binary() | st.text(alphabet="query=&%7B{}variables:\"'1+;").map(str.encode))
def test_query_strings(query_string: bytes) -> None:
    with suppress(ClientError):
        assert isinstance(parameters_from_query_string(query_string), Parameters)


@given(st.text() | st.text(alphabet="application/json*;q=0.1, "))
def test_accept(accept: str) -> None:
    with suppress(ClientError):
        assert isinstance(negotiate(accept), MediaType)
