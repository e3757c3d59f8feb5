"""What changes on the way to the executor: in `custom`, and in the types of the interface."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from shimnb.core.checks.finding import Finding, listed
from shimnb.core.custom import Loss, custom_losses
from shimnb.core.sensitive import looks_secret
from shimnb.core.types import TypeEngine
from shimnb.errors import shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator

    from shimnb.core.checks.subject import Subject
    from shimnb.core.interface import Interface

__all__ = ["check_custom", "check_interface", "check_key_order"]

_INDEX = re.compile(r"\[\d+\]")
_LAST = re.compile(r"(?:\.\w+|\[(?:'[^']*'|\"[^\"]*\")\])$")
_MOST = 12
# By how a loss's reason begins.
_REMEDIES = (
    ("an int past", "Store it as a string, and write int(...) around it in the executor."),
    ("an int", "Write int(...) around it in the executor, or store a float."),
    ("a tuple", "Store a list: the executor gets one."),
    ("the key", "Use strings as keys: the executor gets them."),
)


def check_custom(subject: Subject) -> Iterator[Finding]:
    """List what changes in the values of `custom`; what repeats by items or by keys is told once."""
    losses = custom_losses(subject.custom)
    groups = _grouped(losses, lambda loss: (_shape(loss), _kind(loss)))
    if len(groups) > _MOST:
        groups = _grouped(losses, lambda loss: (_parent(_shape(loss)), _kind(loss)))
    for group in groups[:_MOST]:
        yield _loss(group)
    rest = sum(map(len, groups[_MOST:]))
    if rest:
        yield Finding(
            "warning", "custom", f"{rest:,} more values change on their way.", "Ask the task for them: task.losses()."
        )


def _grouped(losses: Iterable[Loss], key: Callable[[Loss], Hashable]) -> list[list[Loss]]:
    groups: dict[Hashable, list[Loss]] = {}
    for loss in losses:
        groups.setdefault(key(loss), []).append(loss)
    return list(groups.values())


def _kind(loss: Loss) -> str:
    """Return what the losses of one kind have in common: each key's reason is its own."""
    return "the key" if loss.reason.startswith("the key") else loss.reason


def _shape(loss: Loss) -> str:
    """Return a path without the numbers of items; of a key's, that of its mapping."""
    path = _parent(loss.path) if _kind(loss) == "the key" else loss.path
    return _INDEX.sub("[]", path)


def _parent(path: str) -> str:
    return _LAST.sub("", path)


def _loss(group: list[Loss]) -> Finding:
    first = group[0]
    paths = {loss.path for loss in group}
    shapes = {_shape(loss) for loss in group}
    path, reason, times = first.path, first.reason, ""
    if len(paths) > 1:
        shape = _shape(first)
        path = shape if len(shapes) == 1 else f"{_parent(shape)}.*"
        reason = "a key that is no string becomes one" if _kind(first) == "the key" else reason
        times = f", in {len(paths):,} places"
    # A number may be a secret too.
    hidden = looks_secret(path)
    return Finding(
        "warning",
        f"custom{path.removeprefix('$')}",
        f"{reason[:1].upper()}{reason[1:]}{times}.",
        next(remedy for start, remedy in _REMEDIES if reason.replace("a key", "the key").startswith(start)),
        "" if hidden else shorten(first.before),
        "" if hidden else shorten(_arriving(first.after)),
    )


def _arriving(value: Any) -> Any:
    """Return a tuple's items as they arrive: a loss of their own, and a part of this one's value."""
    if isinstance(value, (list, tuple)):
        return [_arriving(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def check_key_order(subject: Subject) -> Iterator[Finding]:
    """Note the mappings of `custom` whose keys arrive in another order than they were written in."""
    found: dict[str, list[list[str]]] = {}
    for path, keys in _mappings(subject.custom, "custom"):
        if keys != sorted(keys):
            found.setdefault(_INDEX.sub("[]", path), []).append(keys)
    if not found:
        return
    [(path, (first, *_)), *more] = found.items()
    yield Finding(
        "note",
        ", ".join(list(found)[:_MOST]) if len(found) <= _MOST else f"{path} and {len(more)} more",
        "A template does not keep the order of keys: they arrive sorted.",
        "Where the order matters, store a list of pairs.",
        _shown(first),
        _shown(sorted(first)),
    )


def _shown(keys: list[str]) -> str:
    text = ", ".join(keys)
    return text if len(text) <= 60 else f"{text[:59]}…"  # noqa: PLR2004  # a line of a panel


def _mappings(value: Any, path: str) -> Iterator[tuple[str, list[str]]]:
    if isinstance(value, dict):
        yield path, [str(key) for key in value]
        for key, item in value.items():
            if isinstance(item, (dict, list, tuple)):
                yield from _mappings(item, f"{path}.{key}" if str(key).isidentifier() else f"{path}[{key!r}]")
    elif isinstance(value, (list, tuple)):
        for item in value:
            if isinstance(item, (dict, list, tuple)):
                yield from _mappings(item, f"{path}[]")


def check_interface(subject: Subject) -> Iterator[Finding]:
    """List what the messages do not tell of the types, of the outputs' order, and of the defaults."""
    if subject.task is None:
        return
    interface = subject.task.python_interface
    yield from _unordered(interface)
    yield from _types(interface)
    defaults = [name for name, (_, default) in interface.inputs_with_defaults.items() if default is not None]
    if defaults:
        yield Finding(
            "note",
            _paths(f"inputs.{name}" for name in defaults),
            f"A template holds no defaults: a call in Python has {'one' if len(defaults) == 1 else 'them'}, "
            "and a cluster asks for the value.",
            f"Give {listed(defaults)} wherever the task is started on a cluster.",
        )


def _unordered(interface: Interface) -> Iterator[Finding]:
    names = list(interface.outputs)
    ordered = interface.output_tuple_name is not None or names == [f"o{index}" for index in range(len(names))]
    if len(names) == 1 or ordered:
        return
    yield Finding(
        "warning",
        "outputs",
        f"A template keeps no order of its outputs, and the names {listed(names)} tell none.",
        "Return a NamedTuple with these names: a plain tuple fits here, and is refused on a cluster.",
    )


def _types(interface: Interface) -> Iterator[Finding]:
    groups: dict[tuple[str, str, str], list[str]] = {}
    for kind, types in (("inputs", interface.inputs), ("outputs", interface.outputs)):
        for name, python_type in types.items():
            for loss in TypeEngine.losses(python_type):
                # A hash is for what the executor returns, and it is only its inputs that the executor has to guess.
                if loss.before.endswith(", HashMethod]") == (kind == "outputs"):
                    path = f"{kind}.{name}{loss.path.removeprefix('$')}"
                    groups.setdefault((loss.reason, loss.before, loss.after), []).append(path)
    for (reason, before, after), paths in groups.items():
        yield _type(reason, before, after, _paths(paths))


def _paths(paths: Iterable[str]) -> str:
    return ", ".join(paths)


def _type(reason: str, before: str, after: str, path: str) -> Finding:
    if after.startswith("StructuredDataset"):
        # Not a matter of methods that are missed: whatever the executor does with the frame fails.
        sentence = "The message says that it is a table, and not of which library."
        remedy = f"Open it in the executor: .open({before}).all()."
        return Finding("warning", path, sentence, remedy, before, after)
    sentence = f"{reason[:1].upper()}{reason[1:]}."
    return Finding("note", path, sentence, "The executor gets what the template tells; rely on no more.", before, after)
