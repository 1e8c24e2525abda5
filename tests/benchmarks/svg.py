"""Pictures, read back."""

import xml.etree.ElementTree as ElementTree

SVG = "{http://www.w3.org/2000/svg}"


def parsed(picture: str) -> ElementTree.Element:
    """Fails for what is not well-formed XML, or no SVG."""
    root = ElementTree.fromstring(picture)  # noqa: S314 - our own
    assert root.tag == f"{SVG}svg"
    return root


def texts(root: ElementTree.Element) -> list[str]:
    """In the order in which they are drawn."""
    return [each.text or "" for each in root.iter(f"{SVG}text")]
