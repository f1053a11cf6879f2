"""Numbers that somebody types on the studio's page: whatever they are, one within bounds is taken."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

pytest.importorskip("gradio")
from allaprima.app.studio.page.numbers import nearest, number, slider


@given(st.one_of(st.none(), st.text(), st.booleans(), st.integers(), st.floats(), st.lists(st.none())))
@example(10**400)
def test_whatever_is_typed(typed: Any) -> None:
    found = nearest(typed, -1.5, 12, 3)
    assert -1.5 <= found <= 12
    if not isinstance(typed, (int, float)) or typed != typed:
        assert found == 3
    elif -1.5 <= typed <= 12:
        assert found == typed


@pytest.mark.parametrize("make", [slider, number])
def test_gradio_takes_it(make: Any) -> None:
    field = make(10, 80, 38, label="How high")
    again = type(field)(**field.constructor_args)  # as Gradio does for each page on which it is changed
    for one in (field, again):
        assert [one.preprocess(typed) for typed in (None, "", 1e9, -5, 12.5)] == [38, 38, 80, 10, 12.5]
