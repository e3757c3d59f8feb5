"""What a form's views ask, and what they are told; see `shimnb.notebook.form.widget` for the messages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flyteidl.core import literals_pb2

from shimnb.errors import ShimError
from shimnb.notebook.form.fields import literal
from shimnb.notebook.form.reading import WRONG
from shimnb.notebook.form.states import KEY, MODES, Address
from shimnb.notebook.form.switch import convert, paste
from shimnb.notebook.form.variables import offered
from shimnb.notebook.tree.nodes import literal_map_node, rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shimnb.notebook.form.model import FormModel
    from shimnb.notebook.form.shape import Place

__all__ = ["Answers", "place_message"]

_MOST_ERRORS = 200
"""The errors of an input that are sent: a list of any length may be wrong in each item."""


def place_message(model: FormModel, place: Place) -> dict[str, Any]:
    """Return an input, or a field of a class, as a front end gets it."""
    shape = model.shapes.of(place.python_type)
    told: dict[str, Any] = {"name": place.name, "shape": shape.id, "required": place.required}
    if place.help:
        told["help"] = place.help
    if place.secret:
        # A default that is a secret stays with Python: what is sent here may be saved.
        return {**told, "secret": True}
    default = None if place.required else model.default(place)
    if default is None:
        return told
    # One with a secret in it travels when a view asks, for a trait may be saved.
    return {**told, "late": True} if shape.holds_secret else {**told, "default": default}


class Answers:
    """Answer the views of a form.

    Parameters
    ----------
    model : FormModel
        The form.
    send : callable
        Sends a message to all views.
    """

    def __init__(self, model: FormModel, send: Callable[[Mapping[str, Any]], None]) -> None:
        self._model = model
        self._send = send
        self._handlers: dict[str, Callable[[Mapping[str, Any], Any], None]] = {
            "edit": self._edit,
            "convert": self._convert,
            "paste": self._paste,
            "variables": self._variables,
            "literal": self._literal,
            "upload:begin": self._begin,
            "upload:chunk": self._chunk,
            "upload:end": self._end,
            "upload:cancel": self._cancel,
        }

    def shapes(self) -> dict[str, Any]:
        """Return the shapes of all inputs and of their parts, by id."""
        model = self._model
        found = {each.id: each for name in model.places for each in model.shapes.within(model.shape(name))}
        return {name: each.to_message(lambda place: place_message(model, place)) for name, each in found.items()}

    def hello(self, content: Mapping[str, Any]) -> None:
        """Tell a view that has come what was put into the form."""
        told = {**self._states(self._model.places), "view": content.get("view")}
        self._send({**told, "late": self._late_defaults()})

    def _late_defaults(self) -> list[list[Any]]:
        """Return the defaults that stand in no trait: of which shape's field, empty for an input, and what it is."""
        model = self._model
        found = {each.id: each for name in model.places for each in model.shapes.within(model.shape(name))}
        places = [("", place) for place in model.places.values()]
        places += [(name, place) for name, each in found.items() if each.kind == "group" for place in each.fields]
        return [
            [owner, place.name, model.default(place)]
            for owner, place in places
            if place_message(model, place).get("late")
        ]

    def answer(self, content: Mapping[str, Any], buffers: Any) -> None:
        """Answer a message; one that is none of the form's is left alone."""
        handler = self._handlers.get(str(content.get("kind")))
        if handler is None:
            return
        try:
            handler(content, buffers)
        except (KeyError, TypeError, ValueError) as error:
            # An address of a place that has gone since, or a message that is none: what is there is told again.
            words = str(error) if isinstance(error, ShimError) else ""
            self._send({"kind": "said", "view": content.get("view"), "at": content.get("at"), "words": words})
            self.send_states(content)

    def send_states(self, content: Mapping[str, Any] | None = None) -> None:
        """Tell all views all that was put in."""
        self._send({**self._states(self._model.places), **_acknowledged(content or {})})

    def send_errors(self) -> None:
        """Tell all views what is wrong."""
        self._send({"kind": "state", "errors": {name: self._errors(name) for name in self._model.places}})

    def focus(self, name: str, view: Any) -> None:
        """Move the focus of a view to the first thing that is wrong in an input."""
        at = next(iter(self._model.problems(name)), (name,))
        self._send({"kind": "focus", "view": view, "at": [each for each in at if each != KEY], "key": at[-1] == KEY})

    def _states(self, names: Any) -> dict[str, Any]:
        model = self._model
        told = {
            "kind": "state",
            "nodes": {name: model.states.get(name) for name in names},
            "errors": {name: self._errors(name) for name in names},
        }
        return _sendable(told)

    def _errors(self, name: str) -> list[list[Any]]:
        problems = self._model.shown_problems(name)
        told: list[list[Any]] = []
        for at, problem in problems.items():
            if len(told) == _MOST_ERRORS:
                told.append([[name], f"{len(problems) - _MOST_ERRORS:,} more are wrong."])
                break
            told.append([list(at), problem.words])
        return told

    def _tell(self, address: Address, content: Mapping[str, Any], **more: Any) -> None:
        self._send({**self._states(address[:1]), **_acknowledged(content), **more})

    def _edit(self, content: Mapping[str, Any], _buffers: Any) -> None:
        address = _address(content)
        self._model.put_at(address, content.get("node"))
        self._tell(address, content)

    def _convert(self, content: Mapping[str, Any], _buffers: Any) -> None:
        address, mode = _address(content), content.get("mode")
        if mode not in MODES:
            return
        words = convert(self._model, address, mode)
        # It is the view's own place that changes, so that it cannot keep what it has.
        self._tell(address, content, fresh=list(address))
        self._say(content, words)

    def _paste(self, content: Mapping[str, Any], _buffers: Any) -> None:
        address = _address(content)
        wrong = paste(self._model, address, str(content.get("text", "")), replace=content.get("replace") is True)
        if not wrong:
            self._tell(address, content, fresh=list(address))
        self._send({"kind": "pasted", **_request(content), "error": wrong})

    def _say(self, content: Mapping[str, Any], words: str) -> None:
        if words:
            self._send({"kind": "said", "view": content.get("view"), "at": content.get("at"), "words": words})

    def _variables(self, content: Mapping[str, Any], _buffers: Any) -> None:
        _, shape, _ = self._model.at(_address(content))
        self._send({"kind": "variables", **_request(content), "names": offered(shape)})

    def _literal(self, content: Mapping[str, Any], _buffers: Any) -> None:
        """Tell what the literals will be, and what is wrong with the inputs that have none."""
        model, made, wrong = self._model, literals_pb2.LiteralMap(), []
        for name, field in model.fields.items():
            if problems := model.problems(name):
                wrong += [[each.path, each.words] for each in list(problems.values())[:_MOST_ERRORS]]
                continue
            value = model.without_secrets(name)
            if value is WRONG:
                wrong.append([name, "it is hidden, for there is a secret in it."])
                continue
            try:
                made.literals[name].CopyFrom(literal(field, value))
            except ShimError as error:
                wrong.append([name, str(error)])
        variables = model.task.interface.inputs
        node = literal_map_node(made, {name: variables[name] for name in model.fields if name in made.literals})
        answer: dict[str, Any] = {"kind": "literal", **_request(content), "errors": wrong}
        if isinstance(content.get("id"), str) and isinstance(content.get("start"), int):
            found = node.find(content["id"])
            begin = content["start"]
            self._send({**answer, "rows": rows(found, start=begin, depth=1) if found is not None else []})
        else:
            self._send({**answer, "rows": rows(node) if made.literals else []})

    # Uploads.

    def _begin(self, content: Mapping[str, Any], _buffers: Any) -> None:
        self._received(content, lambda token: self._model.uploads.begin(token, content))

    def _chunk(self, content: Mapping[str, Any], buffers: Any) -> None:
        data = bytes(buffers[0]) if buffers else b""
        file, offset = content.get("file"), content.get("offset")
        if type(file) is int and type(offset) is int:
            self._received(content, lambda token: self._model.uploads.chunk(token, file, offset, data))

    def _received(self, content: Mapping[str, Any], act: Callable[[Any], Any]) -> None:
        token = content.get("token")
        try:
            received = act(token)
        except (ShimError, OSError) as error:
            self._model.uploads.cancel(token)
            self._send({"kind": "upload", **_request(content), "token": token, "error": str(error)})
        else:
            self._send({"kind": "upload", **_request(content), "token": token, "received": received or 0})

    def _end(self, content: Mapping[str, Any], _buffers: Any) -> None:
        address = _address(content)

        def put(token: Any) -> int:
            upload = self._model.uploads.end(token)
            _, _, node = self._model.at(address)
            self._model.put_at(address, {**(node or {}), "mode": "upload", "upload": upload})
            return int(upload["size"])

        self._received(content, put)
        self._tell(address, content, fresh=list(address))

    def _cancel(self, content: Mapping[str, Any], _buffers: Any) -> None:
        self._model.uploads.cancel(content.get("token"))


def _sendable(told: dict[str, Any]) -> dict[str, Any]:
    """Put a question mark in place of each half of a surrogate pair: UTF-8, in which a message travels, has none."""
    text = json.dumps(told, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        made: dict[str, Any] = json.loads(text.encode("utf-8", "replace"))
        return made
    return told


def _address(content: Mapping[str, Any]) -> Address:
    at = content.get("at")
    if not isinstance(at, list) or not at or not all(isinstance(part, str) for part in at):
        raise KeyError("at")
    return tuple(at)


def _acknowledged(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: content[name] for name in ("view", "seq") if name in content}


def _request(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: content.get(name) for name in ("view", "request")}
