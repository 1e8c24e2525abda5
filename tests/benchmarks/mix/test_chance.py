import random
from collections import Counter

import pytest

from benchmarks.mix.chance import EXPONENT, Popular


def test_the_second_is_drawn_as_much_less_often_as_the_exponent_says() -> None:
    source, popular = random.Random(1), Popular("abcd")
    found = Counter(popular.draw(source) for _ in range(40_000))
    assert [name for name, _ in found.most_common()] == list("abcd")
    assert found["a"] / found["b"] == pytest.approx(2**EXPONENT, rel=0.03)
    assert found["a"] / found["d"] == pytest.approx(4**EXPONENT, rel=0.03)
