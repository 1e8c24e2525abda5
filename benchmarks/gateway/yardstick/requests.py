"""Bodies of requests to subgraphs, with places for the representations: `body % (encoded, …)` is one to send."""

import msgspec


def asking(query: str) -> bytes:
    """Nothing is left to fill in."""
    return msgspec.json.encode({"query": query})


def asking_for(**groups: str) -> bytes:
    """Asks for entities; each group is what is selected of those in the variable of its name, and the alias of the answers."""
    declared = ",".join(f"${name}:[_Any!]!" for name in groups)
    fields = " ".join(
        f"{name}:_entities(representations:${name}){{{selected}}}" for name, selected in groups.items()
    )
    body = asking(f"query({declared}){{{fields}}}")
    variables = ",".join(f'"{name}":%b' for name in groups)
    return b'%b,"variables":{%b}}' % (body[:-1], variables.encode())
