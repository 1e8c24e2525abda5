"""Every test of the client that needs an event loop runs on both kinds of it."""

import asyncio
from collections.abc import Callable, Mapping

import pytest
import uvloop


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Asked for by the plugin."""
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
