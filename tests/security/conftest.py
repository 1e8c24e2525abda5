"""The whole application, as in the tests of the transport."""

from tests.transport.conftest import serve

__all__ = ["serve"]
