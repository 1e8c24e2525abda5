"""GraphiQL in a real browser: opens without any network but the router's, runs queries, shows data."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import expect
from starlette.types import ASGIApp

from router.app import create_app
from router.settings import RouterSettings


@pytest.fixture
def serving() -> Iterator[Callable[[ASGIApp], str]]:
    """`serving(app)` gives the URL at which it is served, in a thread, until the test ends."""
    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(app: ASGIApp) -> str:
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="on"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        running.append((server, thread))
        while not server.started:
            assert thread.is_alive()
            thread.join(0.01)
        host, port = server.servers[0].sockets[0].getsockname()
        return f"http://{host}:{port}/"

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join()


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    (tmp_path / "friends.graphql").write_text(
        "# People and their friends\n# Names from one service, greetings from another.\n"
        "query Friends($language: Language) {\n  people {\n    name\n    friend {\n      name\n"
        "      greeting(language: $language)\n    }\n  }\n}\n"
    )
    (tmp_path / "friends.variables.json").write_text('{\n  "language": "KO"\n}\n')
    (tmp_path / "languages.graphql").write_text("# Languages\nquery Languages {\n  languages\n}\n")
    return tmp_path


def test_runs_the_first_example_and_another(
    small_graph: Any, serving: Any, visit: Any, examples: Path
) -> None:
    settings = RouterSettings(explorer={"examples": examples, "headers": {"Authorization": "Bearer demo"}})
    url = serving(create_app(settings, small_graph.supergraph, transports=small_graph.transports))

    visit.page.goto(url)
    visit.run()
    expect(visit.answer()).to_contain_text("Annyeong")
    visit.keep_picture("explorer")

    visit.page.get_by_role("button", name="Languages").click()
    expect(visit.page.get_by_role("tab", name="Languages")).to_be_visible()
    visit.run()
    expect(visit.answer()).to_contain_text('"languages"')

    visit.page.wait_for_timeout(1000)  # GraphiQL keeps what was typed half a second after it was typed
    visit.page.reload()
    expect(visit.page.get_by_role("tab", name="Friends")).to_be_visible()
    visit.run()
    expect(visit.answer()).to_contain_text('"languages"')

    asked = [request.headers.get("authorization") for _, request in small_graph.requests]
    assert asked == ["Bearer demo"] * 4
    assert visit.elsewhere() == []
    assert visit.problems == []


def test_documents_the_schema_and_begins_with_a_query_of_it(
    small_graph: Any, serving: Any, visit: Any
) -> None:
    url = serving(create_app(RouterSettings(), small_graph.supergraph, transports=small_graph.transports))

    visit.page.goto(url)
    visit.run()
    expect(visit.answer()).to_contain_text("Ada")
    visit.page.get_by_role("button", name="Show Documentation Explorer").click()
    visit.page.get_by_role("link", name="Query", exact=True).click()

    expect(visit.page.locator(".graphiql-doc-explorer-content")).to_contain_text("languages")
    assert visit.elsewhere() == []
    assert visit.problems == []


def test_shows_what_is_wrong_with_a_query(small_graph: Any, serving: Any, visit: Any, examples: Path) -> None:
    (examples / "a-wrong.graphql").write_text("{ peopel { name } }")
    settings = RouterSettings(explorer={"examples": examples})
    url = serving(create_app(settings, small_graph.supergraph, transports=small_graph.transports))

    visit.page.goto(url)
    visit.run()

    expect(visit.answer()).to_contain_text("GRAPHQL_VALIDATION_FAILED")
    expect(visit.page.locator(".squiggly-error").first).to_be_visible()


def test_colours_an_answer_by_where_its_fields_came_from(
    small_graph: Any, serving: Any, visit: Any, examples: Path
) -> None:
    policy = {"*": {"maxAge": 300}, "Person.greeting": {"maxAge": 0}}
    settings = RouterSettings(
        explorer={"examples": examples}, cache={"store": "memory", "debug": "development", "policy": policy}
    )
    page = visit.page
    page.goto(serving(create_app(settings, small_graph.supergraph, transports=small_graph.transports)))
    panel = page.get_by_role("region", name="Cache")

    page.get_by_role("button", name="Show Cache").click()
    visit.run()
    expect(visit.answer()).to_contain_text("Annyeong")
    expect(panel.get_by_role("tree")).to_have_count(0)  # it asks only once it is switched on

    panel.get_by_role("switch", name="Trace answers").click()
    expect(panel).to_contain_text("Run a query")
    visit.run()
    expect(panel).to_contain_text("7 of 7 fields that may be kept came from the cache")
    for count in ("Hit 7", "Stale 0", "Miss 0", "Uncached 2"):
        expect(panel.get_by_role("button", name=count)).to_be_visible()
    expect(visit.answer()).not_to_contain_text("extensions")

    names = panel.get_by_role("treeitem", name='name "Ada". Hit: from the cache')
    expect(names).to_have_count(2)
    expect(panel.get_by_role("treeitem", name="greeting").first).to_contain_text("Annyeong 1")
    uncached = panel.get_by_role("treeitem", name='greeting "Annyeong 1". Uncached: fetched, and not kept')
    uncached.locator(".cache-row").hover()
    expect(panel.locator(".cache-detail")).to_contain_text("people[0].friend.greeting")
    panel.get_by_role("button", name="Uncached 2").click()
    expect(names.first).to_have_attribute("data-dim", "")
    expect(uncached).not_to_have_attribute("data-dim", "")
    visit.keep_picture("explorer-cache")
    assert visit.elsewhere() == []
    assert visit.problems == []


def test_the_coloured_answer_is_a_tree_for_the_keyboard(small_graph: Any, serving: Any, visit: Any) -> None:
    settings = RouterSettings(
        cache={"store": "memory", "debug": "development", "policy": {"*": {"maxAge": 300}}}
    )
    page = visit.page
    page.goto(serving(create_app(settings, small_graph.supergraph, transports=small_graph.transports)))
    page.get_by_role("button", name="Show Cache").click()
    page.get_by_role("switch", name="Trace answers").focus()
    page.keyboard.press("Space")
    visit.run()
    tree = page.get_by_role("tree")
    expect(tree.get_by_role("treeitem", name='name "Brendan". Miss')).to_be_visible()

    def focused(key: str) -> str:
        page.keyboard.press(key)
        label = page.evaluate("document.activeElement.getAttribute('aria-label')")
        return str(label).partition(".")[0]

    tree.get_by_role("treeitem").first.focus()
    assert focused("ArrowDown") == "0"
    assert focused("ArrowLeft") == "0"
    expect(tree.get_by_role("treeitem", name='name "Ada"')).to_have_count(0)
    assert focused("ArrowDown") == "1"
    assert focused("ArrowRight").startswith(("id", "name"))
    assert focused("ArrowLeft") == "1"
    assert focused("ArrowLeft") == "1"
    assert focused("End") == "1"
    assert focused("Enter") == "1"
    expect(tree.get_by_role("treeitem", name='name "Brendan"')).to_be_visible()
    assert focused("Home").startswith("people")
    assert focused("ArrowUp").startswith("people")
    assert visit.problems == []


@pytest.mark.parametrize(
    "cache", [{"store": "memory"}, {"debug": "development"}, {"store": "memory", "debug_key": "k" * 16}]
)
def test_there_is_no_such_panel_where_nobody_would_answer_it(
    small_graph: Any, serving: Any, visit: Any, cache: dict[str, str]
) -> None:
    settings = RouterSettings(cache=cache)
    visit.page.goto(serving(create_app(settings, small_graph.supergraph, transports=small_graph.transports)))
    visit.run()
    expect(visit.answer()).to_contain_text("Ada")

    expect(visit.page.get_by_role("button", name="Show Cache")).to_have_count(0)
