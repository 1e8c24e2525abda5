"""Password hashes: argon2id, in a thread, since one costs tens of milliseconds of CPU."""

import asyncio
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's parameters for argon2id: 19 MiB and one lane, so that many sign-ins at once do not exhaust memory.
HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Verified when there is no account, so that the answer takes as long as with one.
NOBODY: Final = HASHER.hash("nobody's password")


async def hash_password(password: str) -> str:
    """A hash with a fresh salt."""
    return await asyncio.to_thread(HASHER.hash, password)


async def verify_password(password_hash: str | None, password: str) -> bool:
    """False also without a hash, after the same work."""
    matches = await asyncio.to_thread(_matches, password_hash or NOBODY, password)
    return matches and password_hash is not None


def needs_rehash(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return HASHER.check_needs_rehash(password_hash)


def _matches(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
