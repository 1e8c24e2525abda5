"""Who a subgraph has to be, and who we are to it: the certificates of `https://` URLs."""

import ssl
from pathlib import Path


def tls_context(
    ca: Path | None = None, certificate: Path | None = None, key: Path | None = None
) -> ssl.SSLContext:
    """Trusts `ca`, or else the system's authorities; shows `certificate` if it is asked for one. Raises OSError."""
    context = ssl.create_default_context(cafile=ca)
    if certificate is not None:
        # Without a callback a key with a password would make the process wait for somebody to type it.
        context.load_cert_chain(certificate, key, password=lambda: "")
    context.set_alpn_protocols(["http/1.1"])
    return context
