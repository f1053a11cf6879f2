"""Numbers that somebody types on the studio's page: whatever they are, one within bounds is taken."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("gradio")
from allaprima.app.studio.page.numbers import nearest, number, slider

ANYTHING = st.one_of(
    st.none(), st.text(), st.booleans(), st.just(10**400), st.integers(), st.floats(), st.lists(st.integers())
)


@given(ANYTHING)
def test_whatever_is_typed(typed: object) -> None:
    found = nearest(typed, -1.5, 12, 3)
    assert -1.5 <= found <= 12
    if isinstance(typed, (int, float)) and -1.5 <= typed <= 12:
        assert found == typed
    elif not isinstance(typed, (int, float)) or math.isnan(typed):
        assert found == 3


@pytest.mark.parametrize("make", [slider, number])
def test_gradio_takes_it(make: Any) -> None:
    field = make(10, 80, 38, label="How high")
    assert [field.preprocess(typed) for typed in (None, "", 1e9, -5, 12.5)] == [38, 38, 80, 10, 12.5]
    assert field.value == 38
