"""Password hashes."""

from subgraphs.accounts import passwords


async def test_a_hash_verifies_its_password_only() -> None:
    password_hash = await passwords.hash_password("Bibimbap-For-2!")
    assert await passwords.verify_password(password_hash, "Bibimbap-For-2!")
    assert not await passwords.verify_password(password_hash, "Bibimbap-For-3!")
    assert not passwords.needs_rehash(password_hash)


async def test_equal_passwords_have_different_hashes() -> None:
    assert await passwords.hash_password("x") != await passwords.hash_password("x")


async def test_nobody_signs_in_even_with_the_password_of_the_stand_in() -> None:
    assert not await passwords.verify_password(None, "nobody's password")


def test_the_stand_in_costs_as_much_as_a_real_hash() -> None:
    assert not passwords.needs_rehash(passwords.NOBODY)


async def test_what_is_no_hash_verifies_nothing() -> None:
    assert not await passwords.verify_password("plain text", "plain text")
