"""Data for the trees: groups of 100 leaves, half of them in a list, and one value that a search is for."""

from __future__ import annotations


def groups(leaves: int) -> dict[str, dict[str, object]]:
    """Make a dict of `leaves` leaves, a multiple of 100."""
    kinds = (lambda i: i / 4, lambda i: f"text {i}", lambda i: i % 2 == 0, lambda i: i)
    made: dict[str, dict[str, object]] = {}
    for group in range(leaves // 100):
        named = {f"name {i:02}": kinds[i % 4](group + i) for i in range(50)}
        made[f"group {group:05}"] = {**named, "values": [float(group * i) for i in range(50)]}
    made["group 00000"]["name 01"] = "the needle"
    return made
