"""The bytes of JSON values, measured subtree by subtree."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shimnb.notebook.tree import measure
from shimnb.notebook.tree.measure import JsonSizes

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def parts(value: Any) -> list[Any]:
    """List a value and all in it."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value, *(part for each in inner for part in parts(each))]


def length(value: Any) -> int:
    """Count the bytes of a value's text."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


@pytest.mark.parametrize("patience", [10**9, -1])
def test_a_part_is_as_large_as_its_text(patience: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways to measure give what writing it gives."""
    monkeypatch.setattr(measure, "_PATIENCE", patience)

    @settings(max_examples=20)
    @given(JSON)
    def check(value: Any) -> None:
        sizes = JsonSizes(value)
        assert [sizes.of(part) for part in parts(value)] == [length(part) for part in parts(value)]

    check()


def test_a_deep_value_is_measured_to_its_end() -> None:
    """A value is not too deep to be measured, and each level is one more."""
    levels: list[Any] = [[]]
    for _ in range(20_000):
        levels.append([levels[-1]])
    sizes = JsonSizes(levels[-1])
    assert sizes.of(levels[-1]) == 2 * len(levels)
    assert sizes.of(levels[100]) == 202


def test_a_shared_part_is_no_cycle() -> None:
    """What stands in two places is measured in both."""
    shared = [1]
    value = {"a": shared, "b": [shared, shared]}
    assert JsonSizes(value).of(value) == length(value)


@pytest.mark.parametrize("depth", [1, 5_000])
def test_what_has_no_text_has_no_size(depth: int) -> None:
    """A cycle, and a key that JSON does not have, are no errors here: the tree tells them elsewhere."""
    value: list[Any] = []
    top = value
    for _ in range(depth):
        value = [value]
    top.append(value)
    assert JsonSizes(value).of(value) == 0
    assert JsonSizes({(1, 2): 3}).of({(1, 2): 3}) == 0
