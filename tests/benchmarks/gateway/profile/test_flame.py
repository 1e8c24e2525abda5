from benchmarks.gateway.profile.flame import draw
from tests.benchmarks.svg import SVG, parsed, texts

STACKS = {
    ("execute (router/executor/execute.py:36)", "encode <json> (msgspec/_core.so)"): 25,
    ("execute (router/executor/execute.py:36)",): 25,
    ("write (uvicorn/server.py:1)",): 49,
    ("seen once (c.so)", "and too narrow for a label (c.so)"): 1,
}


def test_frames_are_as_wide_as_their_share() -> None:
    root = parsed(draw(STACKS, "Where the time goes", "a note"))
    widths = {
        title.text: float(rect.get("width", ""))
        for group in root.iter(f"{SVG}g")
        if (title := group.find(f"{SVG}title")) is not None and (rect := group.find(f"{SVG}rect")) is not None
    }
    assert widths["all, 100.0%"] == 1380
    assert widths["execute (router/executor/execute.py:36), 50.0%"] == 690
    assert widths["encode <json> (msgspec/_core.so), 25.0%"] == 345
    assert "write (uvicorn/server.py:1)" in texts(root)
    assert "seen once (c.so)" not in texts(root)


def test_no_samples_is_a_picture_too() -> None:
    assert texts(parsed(draw({}, "Nothing", "")))[0] == "Nothing"
