"""The decks that a task makes by itself: its inputs and outputs, its phases, its source, what is installed.

Imported only for a task with decks. Nothing here raises: a run is worth more
than its report.
"""

from __future__ import annotations

import dataclasses
import inspect
import itertools
import reprlib
import sys
import time
from html import escape
from typing import TYPE_CHECKING, Any

from shimnb.core.deck import Deck, DeckField, LazyDeck

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from shimnb.core.context import ExecutionParameters

__all__ = ["Recorder"]

_TEXT = 10_000
"""The characters of a value that are shown."""
_ROWS, _COLUMNS = 10, 100
"""The rows and the columns of a DataFrame that are shown."""
_ITEMS = 50
"""The items of a list or a dict that are shown."""
_MS = 1000


class Recorder:
    """What a run leaves for the decks that its task makes by itself.

    Parameters
    ----------
    fields : sequence of DeckField
        The decks that are wanted.
    executor_type : type
        The executor's class.

    Examples
    --------
    >>> recorder = Recorder([DeckField.INPUT], Deck)
    >>> recorder.inputs({"a": "<b>"})
    >>> [deck.name for deck in recorder.decks()]
    ['Input']
    """

    def __init__(self, fields: Sequence[DeckField], executor_type: type) -> None:
        self._fields = set(fields)
        self._executor_type = executor_type
        self._phases: list[tuple[str, float, float]] = []
        self._phase: tuple[str, float, float] | None = None
        self._shown: dict[DeckField, str] = {}

    def phase(self, name: str) -> None:
        """End the phase before, and begin one."""
        self._end_phase()
        self._phase = (name, time.perf_counter(), time.process_time())

    def _end_phase(self) -> None:
        if self._phase is not None:
            name, wall, process = self._phase
            self._phases.append((name, time.perf_counter() - wall, time.process_time() - process))
            self._phase = None

    def inputs(self, values: Mapping[str, Any]) -> None:
        """Show the inputs as they are now: an executor may change a list that it was given."""
        self._end_phase()
        self._show(DeckField.INPUT, values)

    def outputs(self, values: Mapping[str, Any]) -> None:
        """Show the outputs as they are now; the time that takes is no phase of the run."""
        running = self._phase
        begin, process = time.perf_counter(), time.process_time()
        self._show(DeckField.OUTPUT, values)
        if running is not None:
            name, wall, cpu = running
            self._phase = (name, wall + time.perf_counter() - begin, cpu + time.process_time() - process)

    def _show(self, field: DeckField, values: Mapping[str, Any]) -> None:
        if field in self._fields:
            self._shown[field] = _values(values)

    def finish(self, params: ExecutionParameters) -> None:
        """Put the decks behind the executor's own, at the end of a run: also of one that failed."""
        params.decks.extend(self.decks())

    def decks(self) -> list[Deck]:
        """End the last phase, and return the decks: first inputs and outputs, then what is seldom asked for."""
        self._end_phase()
        executor_type, phases, shown = self._executor_type, self._phases, self._shown
        made: dict[DeckField, Callable[[], str]] = {
            DeckField.INPUT: lambda: shown.get(DeckField.INPUT, _muted("None were read.")),
            DeckField.OUTPUT: lambda: shown.get(DeckField.OUTPUT, _muted("The run made none.")),
            DeckField.TIMELINE: lambda: _timeline(phases),
            DeckField.SOURCE_CODE: lambda: _source(executor_type),
        }
        decks = [
            Deck(field.value, make(), auto_add_to_deck=False) for field, make in made.items() if field in self._fields
        ]
        if DeckField.DEPENDENCIES in self._fields:
            decks.append(LazyDeck(DeckField.DEPENDENCIES.value, _dependencies))
        return decks


def _muted(text: str) -> str:
    return f'<p class="sn-muted">{escape(text)}</p>'


def _table(titles: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f"<th>{escape(title)}</th>" for title in titles)
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


# Values


def _values(values: Mapping[str, Any]) -> str:
    if not values:
        return _muted("None.")
    rows = ([_cell(name), _cell(type(value).__name__), f"<td>{_value(value)}</td>"] for name, value in values.items())
    return _table(("Name", "Type", "Value"), rows)


def _cell(text: str) -> str:
    return f"<td>{escape(text)}</td>"


def _value(value: Any) -> str:
    try:
        return _frame(value) or _members(value) or f"<pre>{escape(_text(value))}</pre>"
    except Exception as error:  # noqa: BLE001  # a stranger's value may raise anything when it is looked at
        return _muted(f"It cannot be shown: {type(error).__name__}.")


def _frame(value: Any) -> str:
    """Show a DataFrame by its own means, in which its values are escaped; an empty text for anything else."""
    # Who has a DataFrame has imported its library: none is imported to ask.
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(value, pandas.DataFrame):
        shown = pandas.DataFrame.to_html(value, max_rows=_ROWS, max_cols=_COLUMNS, escape=True, border=0)
        rows, columns = value.shape
        return f"{shown}{_muted(f'{rows:,} rows, {columns:,} columns')}"
    return ""


def _members(value: Any) -> str:
    """Show a dataclass or a dict as a small table; an empty text for anything else."""
    members: dict[Any, Any] = {}
    # A FlyteFile is one too, and shows its path by its own repr; to look at its fields would fetch it.
    if dataclasses.is_dataclass(value) and not isinstance(value, type) and not _is_ours(value):
        members = {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.repr}
    elif isinstance(value, dict):
        members = value
    if not members:
        return ""
    rows = "".join(
        f"<tr>{_cell(_text(name))}<td><pre>{escape(_text(member))}</pre></td></tr>"
        for name, member in itertools.islice(members.items(), _ITEMS)
    )
    more = _muted(f"{len(members) - _ITEMS:,} more") if len(members) > _ITEMS else ""
    return f"<table>{rows}</table>{more}"


def _is_ours(value: object) -> bool:
    return type(value).__module__.partition(".")[0] == "shimnb"


def _text(value: Any) -> str:
    """Show a value as text, as much of it as a person reads: a str as what it says."""
    text = value if isinstance(value, str) else _BOUNDED.repr(value)
    return text if len(text) <= _TEXT else f"{text[:_TEXT]}\n... {len(text) - _TEXT:,} more characters"


class _Bounded(reprlib.Repr):
    def __init__(self) -> None:
        super().__init__()
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = self.maxdeque = self.maxarray = _ITEMS
        self.maxstring = self.maxother = self.maxlong = _TEXT

    def repr_dict(self, x: dict[Any, Any], level: int) -> str:
        """Keep the order of the keys, which reprlib sorts."""
        if level <= 0 and x:
            return "{...}"
        items = itertools.islice(x.items(), _ITEMS)
        shown = [f"{self.repr1(key, level - 1)}: {self.repr1(item, level - 1)}" for key, item in items]
        return f"{{{', '.join([*shown, *(['...'] if len(x) > _ITEMS else [])])}}}"


_BOUNDED = _Bounded()


# The rest of a run


def _timeline(phases: list[tuple[str, float, float]]) -> str:
    if not phases:
        return _muted("No phase was timed.")
    whole = sum(wall for _, wall, _ in phases) or 1.0
    rows = [
        [_cell(name), _number(wall), _number(process), _bar(wall / whole)]
        for name, wall, process in (*phases, ("Total", whole, sum(process for _, _, process in phases)))
    ]
    return _table(("Phase", "Wall time", "Process time", "Share"), rows)


def _number(seconds: float) -> str:
    return f'<td class="sn-number">{seconds * _MS:,.3f} ms</td>'


def _bar(share: float) -> str:
    return f'<td class="sn-bars"><div class="sn-bar" style="inline-size: {share:.1%}"></div></td>'


def _source(executor_type: type) -> str:
    name = f"{executor_type.__module__}.{executor_type.__qualname__}"
    try:
        source = inspect.getsource(executor_type)
    except (OSError, TypeError):
        return _muted(f"{name} has no source at hand.")
    return f"{_muted(name)}<pre>{escape(source)}</pre>"


def _dependencies() -> str:
    import platform  # noqa: PLC0415  # only for who looks at the deck
    from importlib import metadata  # noqa: PLC0415

    # The first of a name is the one that is imported.
    found: dict[str, str] = {}
    for distribution in metadata.distributions():
        # Of a broken installation there may be neither a name nor a version.
        name, version = distribution.metadata["Name"], distribution.metadata["Version"]
        if name and name.lower() not in found:
            found[name.lower()] = f"{name}=={version}" if version else name
    lines = "\n".join(escape(found[name]) for name in sorted(found))
    return f"{_muted(f'Python {platform.python_version()}, {len(found):,} packages')}<pre>{lines}</pre>"
