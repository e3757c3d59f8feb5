"""What was written beside what arrives: the losses of `custom` and of the interface, row by row.

A task's `custom` is known as its plugin gave it, so that a node and the value
that it was made of go down the tree side by side, and each row costs only its
own comparison.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from shimnb.core.checks.losses import check_interface
from shimnb.core.checks.subject import Subject
from shimnb.core.custom import Loss, custom_losses
from shimnb.core.task import PythonCustomizedContainerTask
from shimnb.notebook.tree.masks import HIDDEN, hides_variable
from shimnb.notebook.tree.node import Was
from shimnb.notebook.tree.words import cut, quoted, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shimnb.core.checks.finding import Finding

__all__ = ["ABSENT", "DEFAULT", "NOTHING", "Given", "given_of", "interface_was", "losses_at", "was_of"]

ABSENT: Any = object()
# A variable, or all outputs, and the place in it: "inputs.rows[].price".
_NAMED = re.compile(r"(inputs|outputs)(?:\.(\w+))?([^,]*)")
_MOST = 3
DEFAULT = "the default "


@dataclass(frozen=True)
class Given:
    """What is known of a value beside its message.

    Attributes
    ----------
    losses : dict
        Losses of `custom` by their path, where only these are known.
    custom : object
        `custom` as it was written.
    written : object
        The value here as it was written, below `custom`.
    key : object
        The key here as it was written, where it was no string.
    types : mapping
        What is lost of the interface, by ``inputs.limit``, ``outputs``.
    unset : bool
        Whether the fields that are not set have rows.
    masked : bool
        Whether secrets are hidden.
    """

    losses: Mapping[str, list[Loss]] = field(default_factory=dict)
    custom: Any = ABSENT
    written: Any = ABSENT
    key: Any = ABSENT
    types: Mapping[str, Was] = field(default_factory=dict)
    unset: bool = False
    masked: bool = True

    def here(self) -> Given:
        """Go into `custom`."""
        return replace(self, written=self.custom)

    def item(self, index: int) -> Given:
        """Go to an item of a list."""
        if self.written is ABSENT:
            return self
        known = isinstance(self.written, (list, tuple)) and index < len(self.written)
        return replace(self, written=self.written[index] if known else ABSENT, key=ABSENT)

    def entries(self) -> Callable[[str], Given]:
        """Give what goes to an entry of a mapping, by its key in the message."""
        if not isinstance(self.written, dict):
            gone = self if self.written is ABSENT else replace(self, written=ABSENT, key=ABSENT)
            return lambda _: gone
        written: dict[Any, Any] = self.written

        @cache
        def others() -> dict[str, Any]:
            """Find the keys that were no strings, by what they became."""
            odd = {key: None for key in written if not isinstance(key, str)}
            return {loss.after: loss.before for loss in custom_losses(odd)}

        def entry(key: str) -> Given:
            if key in written:
                return replace(self, written=written[key], key=ABSENT)
            was = others().get(key, ABSENT)
            return replace(self, written=ABSENT if was is ABSENT else written[was], key=was)

        return entry


NOTHING = Given()


def losses_at(given: Given, path: str) -> list[Loss]:
    """List what was lost of one value itself, not of what is in it; of a key too."""
    if given.written is ABSENT:
        return list(given.losses.get(path, ())) if path else []
    found = [] if given.key is ABSENT else custom_losses({given.key: None})
    value = given.written
    if isinstance(value, tuple):
        found += custom_losses({"": ()})
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        found += custom_losses({"": value})
    return found


def was_of(losses: list[Loss], words: Callable[[Any], str], given: Given, shown: str) -> Was:
    """Say what a value of `custom` was, which is now `shown`; of several losses the value's goes before the key's."""
    last = losses[-1]
    why = cut("; ".join(visible(loss.reason) for loss in losses), 240)
    if isinstance(last.after, str) and not isinstance(last.before, str):
        return Was(words(last.before), words(last.after), why)
    if shown == HIDDEN:
        return Was(HIDDEN, HIDDEN, why)
    tuples = isinstance(last.before, tuple) and isinstance(given.written, tuple)
    return Was(words(given.written if tuples else last.before), shown, why)


def interface_was(task: object) -> dict[str, Was]:
    """Say what a template does not give back of a task's interface, by ``inputs.limit``; as the checks have it."""
    if not isinstance(task, PythonCustomizedContainerTask):
        return {}
    grouped: dict[str, list[tuple[str, Finding]]] = {}
    for finding in check_interface(Subject(None, task)):
        for kind, name, below in _NAMED.findall(finding.path):
            grouped.setdefault(f"{kind}.{name}" if name else kind, []).append((below, finding))
    defaults = task.python_interface.defaults
    return {name: _interface_was(name, findings, defaults) for name, findings in grouped.items()}


def _interface_was(name: str, findings: list[tuple[str, Finding]], defaults: Mapping[str, Any]) -> Was:
    """Word what is lost of one variable: first of itself, then of what is in it."""
    ordered = sorted(findings, key=lambda each: (not each[1].before, bool(each[0])))
    below, first = ordered[0]
    clauses = list(dict.fromkeys(_clause(finding.sentence) for _, finding in ordered))
    why = cut(visible("; ".join(clauses[:_MOST])), 240)
    if first.before:
        place = below.lstrip(".")
        before, after = ((f"{place}: {each}" if place else each) for each in (first.before, first.after))
        return Was(cut(visible(before)), cut(visible(after)), why)
    if name == "outputs":
        return Was("in an order", "in no order", why)
    default, own = defaults.get(name.partition(".")[2]), name.partition(".")[2]
    words = quoted(default, 40) if isinstance(default, str) else cut(visible(repr(default)), 40)
    hidden = isinstance(default, str) and hides_variable(own, default)
    return Was(f"{DEFAULT}{HIDDEN if hidden else words}", "no default", why)


def _clause(sentence: str) -> str:
    """Take what a finding says, without its explanation, to stand after a colon."""
    clause = sentence.partition(":")[0].rstrip(".")
    return clause[:1].lower() + clause[1:]


def given_of(task: Any, losses: Any) -> Given:
    """Ask a task what it wrote.

    Parameters
    ----------
    task : object
        A task; one that was loaded knows no `custom` of its own.
    losses : callable or None
        Gives the losses of `custom`, where what was written is not known.
    """
    types = interface_was(task)
    if isinstance(task, PythonCustomizedContainerTask):
        return Given(custom=task.get_custom(task.settings), types=types)
    by_path: dict[str, list[Loss]] = {}
    for loss in losses() if losses else ():
        by_path.setdefault(loss.path, []).append(loss)
    return Given(losses=by_path, types=types)
