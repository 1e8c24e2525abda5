import pytest

from router.upstream.http1.target import Target, read_url


@pytest.mark.parametrize(
    ("url", "host", "port", "authority", "path"),
    [
        ("http://users", "users", 80, "users", "/"),
        ("http://users:80/graphql", "users", 80, "users", "/graphql"),
        ("http://users:4000/graphql", "users", 4000, "users:4000", "/graphql"),
        ("http://USERS/Graph", "users", 80, "users", "/Graph"),
        ("http://users/a?b=c&d#e", "users", 80, "users", "/a?b=c&d"),
        ("http://users/%61/ü", "users", 80, "users", "/%61/%C3%BC"),
        ("http://[::1]:4000/", "::1", 4000, "[::1]:4000", "/"),
        ("http://bücher.example/", "xn--bcher-kva.example", 80, "xn--bcher-kva.example", "/"),
        ("https://users/graphql", "users", 443, "users", "/graphql"),
        ("https://users:80/graphql", "users", 80, "users:80", "/graphql"),
    ],
)
def test_reads_where_to_connect_and_what_to_ask_for(
    url: str, host: str, port: int, authority: str, path: str
) -> None:
    assert read_url(url) == Target(url, host, port, authority, path, url.startswith("https"))


@pytest.mark.parametrize(
    ("url", "socket", "path"),
    [
        ("unix:/run/users.sock", "/run/users.sock", "/"),
        ("unix:/run/users.sock:/graphql", "/run/users.sock", "/graphql"),
        ("unix:/run/users.sock:/graphql?a=b", "/run/users.sock", "/graphql?a=b"),
        ("unix:/run/a:b.sock", "/run/a:b.sock", "/"),
    ],
)
def test_reads_sockets(url: str, socket: str, path: str) -> None:
    assert read_url(url) == Target(url, "", 0, "localhost", path, socket=socket)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "users",
        "http://",
        "http:///graphql",
        "ftp://users/",
        "http://users:port/",
        "http://users:99999/",
        "http://[::1/",
        "http://users/a b",
        "http://users/\r\nx: y",
        "http://us\x00ers/",
        "http://name:password@users/",
        "http://a..b\u00fc/",
        "unix:users.sock",
        "unix:",
    ],
)
def test_refuses_what_is_no_url(url: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_url(url)
