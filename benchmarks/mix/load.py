"""Plays a plan against a router: `python -m benchmarks.mix.load`, with the task on stdin, and what came of it on stdout.

Requests leave when they are due, unless too many are unanswered, and their time counts from when they were due. It runs in a
process of its own, so that it does not wait for the router's.
"""

import asyncio
import sys
from typing import Final, Protocol

import aiohttp
import asyncpg
import msgspec

from benchmarks.mix.requests import HEALTH, OPERATIONS, PROFILE_UPDATE, Plan, Request
from subgraphs.kit.database import asyncpg_url

CONNECTIONS: Final = 64
"""As many requests are under way at most."""
_PATIENCE_SECONDS: Final = 30
_UPDATE: Final = "UPDATE users SET avatar_url = $2, updated_at = now() WHERE id = $1"


class Task(msgspec.Struct, frozen=True):
    """`tokens`: of the plan's sessions. `accounts`: the URL of the database in which profiles are changed."""

    url: str
    tokens: tuple[str, ...]
    shared_key: str
    accounts: str
    plan: Plan


class Played(msgspec.Struct, frozen=True):
    """One request. `code`: that of the first error, or what else went wrong; empty if nothing did."""

    operation: str
    seconds: float
    code: str = ""


class Outcome(msgspec.Struct, frozen=True):
    """`seconds`: until the last answer."""

    played: tuple[Played, ...]
    seconds: float


class _Error(msgspec.Struct):
    message: str
    extensions: dict[str, object] = {}


class _Answer(msgspec.Struct):
    data: dict[str, object] | None = None
    errors: list[_Error] = []


_read: Final = msgspec.json.Decoder(_Answer).decode


class Database(Protocol):
    """Of accounts."""

    async def execute(self, query: str, *args: object) -> str:
        """One statement."""


class Player:
    """Of one plan."""

    def __init__(self, task: Task, session: aiohttp.ClientSession, database: Database) -> None:
        self._task = task
        self._session = session
        self._database = database
        self._texts = {file.stem: file.read_text() for file in OPERATIONS.glob("*.graphql")}
        self._played: list[Played] = []
        self._places = asyncio.Semaphore(CONNECTIONS)

    async def play(self) -> Outcome:
        """To the end of the plan."""
        loop = asyncio.get_running_loop()
        begin = loop.time()
        async with asyncio.TaskGroup() as tasks:
            for request in self._task.plan.requests:
                await asyncio.sleep(begin + request.due - loop.time())
                await self._places.acquire()
                tasks.create_task(self._one(request, begin + request.due))
        return Outcome(tuple(self._played), loop.time() - begin)

    async def _one(self, request: Request, due: float) -> None:
        try:
            code = await self._ask(request)
        except (aiohttp.ClientError, TimeoutError, msgspec.MsgspecError) as error:
            code = type(error).__name__
        finally:
            self._places.release()
        seconds = asyncio.get_running_loop().time() - due
        self._played.append(Played(request.operation, seconds, code))

    async def _ask(self, request: Request) -> str:
        if request.operation == HEALTH:
            async with self._session.get("/health") as response:
                return "" if response.status == 200 else str(response.status)
        if request.operation == PROFILE_UPDATE:
            return await self._update(request)
        body = {"query": self._texts[request.operation], "variables": request.variables}
        headers = {"authorization": f"Bearer {self._task.tokens[request.session]}"}
        async with self._session.post("/graphql", json=body, headers=headers) as response:
            answer = _read(await response.read())
            if answer.errors:
                return str(answer.errors[0].extensions.get("code", answer.errors[0].message))
            return "" if response.status == 200 and answer.data is not None else str(response.status)

    async def _update(self, request: Request) -> str:
        """As a support tool does it: it changes the user, and tells the router."""
        given = request.variables
        await self._database.execute(_UPDATE, given["user"], given["avatarUrl"])
        changed = [{"kind": "entity", "type": "User", "key": {"id": given["id"]}}]
        headers = {"authorization": f"Bearer {self._task.shared_key}"}
        async with self._session.post("/invalidation", json=changed, headers=headers) as response:
            return "" if response.status == 202 else str(response.status)


async def _main(task: Task) -> Outcome:
    timeout = aiohttp.ClientTimeout(total=_PATIENCE_SECONDS)
    async with (
        asyncpg.create_pool(asyncpg_url(task.accounts), min_size=1, max_size=2) as database,
        aiohttp.ClientSession(
            task.url, connector=aiohttp.TCPConnector(limit=CONNECTIONS), timeout=timeout
        ) as session,
    ):
        return await Player(task, session, database).play()


def main() -> None:
    """Prints an Outcome as JSON."""
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=Task)
    sys.stdout.buffer.write(msgspec.json.encode(asyncio.run(_main(task))))


if __name__ == "__main__":
    main()
