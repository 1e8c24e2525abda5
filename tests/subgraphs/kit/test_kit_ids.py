"""Global ids: what goes in comes out, and nothing else does."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.kit import ids
from subgraphs.kit.errors import InvalidId

TYPES = st.sampled_from(["User", "SNSPost", "AIEmployee"])
KEYS = st.integers(1, ids.LARGEST_KEY)


@given(TYPES, KEYS)
def test_an_id_decodes_to_its_key(type_name: str, key: int) -> None:
    assert ids.decode(type_name, ids.encode(type_name, key)) == key


@given(KEYS)
def test_an_id_of_another_type_is_refused(key: int) -> None:
    with pytest.raises(InvalidId):
        ids.decode("Booking", ids.encode("User", key))


@given(st.text(max_size=40))
def test_any_other_text_is_refused(text: str) -> None:
    try:
        key = ids.decode("User", text)
    except InvalidId:
        return
    assert ids.encode("User", key) == text


@pytest.mark.parametrize(
    "content",
    ["User:0", "User:-1", "User:01", "User:+1", "User:1 ", "User:", "User", f"User:{2**63}", "User:\u0661"],
)
def test_ids_of_impossible_keys_are_refused(content: str) -> None:
    with pytest.raises(InvalidId):
        ids.decode("User", base64.urlsafe_b64encode(content.encode()).rstrip(b"=").decode())


def test_a_padded_id_is_refused_so_that_caches_see_one_spelling() -> None:
    with pytest.raises(InvalidId):
        ids.decode("User", ids.encode("User", 12) + "=")
