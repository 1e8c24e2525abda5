"""Formats of @cacheTag: what they make of keys and arguments, and which are refused."""

from typing import Any

import pytest

from router.cache.tag_format import TagFormat


@pytest.mark.parametrize(
    ("text", "key", "args", "tag"),
    [
        ("chefs", {}, {}, "chefs"),
        ("", {}, {}, ""),
        ("chef-{$key.id}", {"id": "7"}, {}, "chef-7"),
        ("{$key.id}{$args.x}", {"id": 1}, {"x": "y"}, "1y"),
        ("{$key.brand.id}-x", {"brand": {"id": "b"}}, {}, "b-x"),
        ("list-{$args.filter.open}", {}, {"filter": {"open": True}}, "list-true"),
        ("list-{$args.price}", {}, {"price": 1.5}, "list-1.5"),
        ("chef-{$key.id}", {}, {"id": "7"}, None),
        ("chef-{$key.id}", {"id": None}, {}, None),
        ("chef-{$key.id}", {"id": ["7"]}, {}, None),
        ("chef-{$key.id.x}", {"id": "7"}, {}, None),
        ("costs $5", {}, {}, "costs $5"),
    ],
)
def test_renders(text: str, key: dict[str, Any], args: dict[str, Any], tag: str | None) -> None:
    assert TagFormat.parse(text).render(key, args) == tag


@pytest.mark.parametrize(
    "text", ["{$key}", "{$key.}", "{key.id}", "{$this.id}", "a}", "{", "{$key.id", "{{$key.id}}"]
)
def test_refuses_other_braces(text: str) -> None:
    with pytest.raises(ValueError, match="neither"):
        TagFormat.parse(text)
