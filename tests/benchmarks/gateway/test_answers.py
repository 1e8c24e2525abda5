import pytest

from benchmarks.gateway.answers import Verdict, compare

EXPECTED = b'{"data":{"a":[1,2],"b":null}}'
CASES = [
    (EXPECTED, Verdict.SAME),
    (b'{"data": {"a": [1, 2], "b": null}}', Verdict.SAME_AS_JSON),
    (b'{"data":{"b":null,"a":[1,2]}}', Verdict.SAME_AS_JSON),
    (b'{"data":{"a":[2,1],"b":null}}', Verdict.OTHER),
    (b'{"data":{"a":[1,2]}}', Verdict.OTHER),
    (b'{"data":{"a":[1,2],"b":null},"errors":[]}', Verdict.OTHER),
    (b"", Verdict.OTHER),
    (b"\xff", Verdict.OTHER),
]


@pytest.mark.parametrize(("answer", "verdict"), CASES)
def test_verdicts(answer: bytes, verdict: Verdict) -> None:
    assert compare(answer, EXPECTED) is verdict
