"""What a view asks of a run's outputs, once it unfolds one: rows of a tree, pages of a table, files in parts.

What lies at a path is read in a thread of its own: a file may be far away,
and the kernel is to stay free meanwhile.
"""

from __future__ import annotations

import base64
import contextvars
import threading
import weakref
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from shimnb.core.sizes import size_words
from shimnb.errors import ShimError
from shimnb.notebook.runs.differing import masked_inputs, runs_compared
from shimnb.notebook.runs.outputs import (
    MOST,
    Output,
    first_row,
    literal_text,
    output_at,
    text_slice,
    told,
    within,
)
from shimnb.notebook.runs.stored import HEAD, Stored, sniff
from shimnb.notebook.runs.tables import read_page
from shimnb.notebook.tree.model import TreeModel
from shimnb.notebook.tree.nodes import literal_map_node, rows
from shimnb.notebook.tree.words import cut, legible, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flyteidl.core import literals_pb2

    from shimnb.notebook.runs.history import History
    from shimnb.notebook.runs.run import Run
    from shimnb.notebook.runs.view import RunsView
    from shimnb.notebook.tree.node import Node

__all__ = ["LATER", "OUTPUT_ANSWERS", "compared_rows", "release_models"]

LATER: dict[str, Any] = {}
"""What is returned for an answer that a thread is going to give."""

_PART = 3 * 2**17
"""The bytes of a file that go into one message: a multiple of 3, so that parts in base64 can be put together."""
_IMAGE = 16 * 2**20
_PAGE = 2**20
_DOWNLOAD = 512 * 2**20
_FILES = 200
_SLICE = 16_384
_ROWS = 24_576
_SHAPE = 100_000
_READERS = 8
_GONE = "This output is not there any more."

_models: OrderedDict[tuple[int, tuple[Any, ...]], tuple[weakref.ref[Run], Any, TreeModel]] = OrderedDict()
_lock = threading.RLock()
_MODELS = 8
_readers = threading.BoundedSemaphore(_READERS)


def _output(run: Run | None, content: Mapping[str, Any]) -> Output | None:
    at = content.get("at")
    return output_at(run, at) if run is not None and isinstance(at, list) else None


# What is in the literal: answered at once


def _tree(view: RunsView, run: Run | None, content: Mapping[str, Any]) -> dict[str, Any]:
    """Answer a question of a tree's view; `literal` is true for the tree of the literal itself."""
    # Imported here: it has the widget with it, which is loaded by now.
    from shimnb.notebook.tree.widget import ANSWERS  # noqa: PLC0415

    question = content.get("question")
    other = view.history.find(content["other"]) if "other" in content else None
    shown = _shown(run, content) if "other" not in content else _both(run, other, view.history)
    if run is None or shown is None:
        return {"error": _GONE}
    if not isinstance(question, dict) or question.get("type") not in ANSWERS:
        return {"error": "The question was not understood."}
    try:
        held, at, root = shown
        reply = ANSWERS[question["type"]](_model(_older(run, other), held, at, root), question)
    except (KeyError, TypeError, ValueError):
        return {"error": "The question was not understood."}
    # Numbers, for what is masked in texts must not be masked in bytes.
    shape = b"".join(reply.pop("buffers", []))
    if len(shape) > _SHAPE:
        return {"error": "These are too many rows to be opened at once."}
    answer = {"reply": {**reply, **({"shape": list(shape)} if shape else {})}}
    return answer if other is None else other.masks.data(answer)


def _shown(run: Run | None, content: Mapping[str, Any]) -> tuple[Any, tuple[Any, ...], Node] | None:
    """Find what a view's tree shows: what holds it, its address, its root."""
    if run is not None and content.get("inputs") is True:
        literals = masked_inputs(run)
        return (run.literals, (), _inputs_node(run, literals)) if literals is not None else None
    output = _output(run, content)
    if run is None or output is None:
        return None
    if content.get("literal") is True:
        return run.outputs, (*output.at, None), within(output)
    return run.outputs, output.at, output.node


def _older(run: Run, other: Run | None) -> Run:
    return run if other is None or run.number < other.number else other


def _both(one: Run | None, other: Run | None, history: History) -> tuple[Any, tuple[Any, ...], Node] | None:
    """Find the tree of two runs side by side."""
    if one is None or other is None:
        return None
    first, second = sorted((one, other), key=lambda each: each.number)
    key = (id(first.sink), (second.number,))
    with _lock:
        known = _models.get(key)
    if known is not None:
        return first.sink, key[1], known[2].root
    return first.sink, key[1], runs_compared(first, second, (history.template(first), history.template(second))).root


def compared_rows(first: Run, second: Run, history: History) -> dict[str, Any]:
    """Give the first rows of two runs side by side, with what changed standing open."""
    comparison = runs_compared(first, second, (history.template(first), history.template(second)))
    root, opened = comparison.root, comparison.tally.opened
    return {"rows": rows(root, opened=opened, budget=_ROWS), "count": root.count, "opened": list(opened)}


def _model(run: Run, held: Any, at: tuple[Any, ...], root: Node) -> TreeModel:
    """Give the model of a tree; the last ones are kept, for what is packed in a literal is unpacked once then."""
    key = (id(held), at)
    with _lock:
        release_models()
        if key not in _models:
            # With what it holds, so that nothing else gets its id while it is here.
            _models[key] = (weakref.ref(run), held, TreeModel(root))
            if len(_models) > _MODELS:
                _models.popitem(last=False)
        _models.move_to_end(key)
        return _models[key][2]


def release_models() -> None:
    """Forget the trees of runs that are forgotten, and of outputs that were dropped."""
    with _lock:
        for key, (ref, held, _) in list(_models.items()):
            run = ref()
            if run is None or not any(held is each for each in (run.sink, run.outputs, run.literals)):
                del _models[key]


def _inputs_node(run: Run, literals: literals_pb2.LiteralMap) -> Node:
    variables = run.task.interface.inputs
    return literal_map_node(literals, {name: variables[name] for name in run.task.python_interface.inputs})


def _inputs(_view: RunsView, run: Run | None, _: Mapping[str, Any]) -> dict[str, Any]:
    """Give a run's inputs, as rows of a tree and as text."""
    literals = masked_inputs(run) if run is not None else None
    if run is None or literals is None:
        return {"error": "Its inputs are not there: they were dropped, or never became literals."}
    node = _inputs_node(run, literals)
    return {"rows": rows(node, budget=8_192), "count": node.count, "proto": literal_text(literals)}


def _items(_view: RunsView, run: Run | None, content: Mapping[str, Any]) -> dict[str, Any]:
    """Give the items of a list or a map of files, from `start` on."""
    output, start = _output(run, content), content.get("start")
    if output is None or type(start) is not int:
        return {"error": _GONE}
    return {"items": told(output.items(start, start + MOST))}


def _text(_view: RunsView, run: Run | None, content: Mapping[str, Any]) -> dict[str, Any]:
    """Give a part of a text, from `start` on."""
    output, start = _output(run, content), content.get("start")
    text = output.text if output is not None else None
    if run is None or text is None or type(start) is not int or start < 0:
        return {"error": _GONE}
    return text_slice(run.masks.text(text), start, _SLICE)


def _literal(_view: RunsView, run: Run | None, content: Mapping[str, Any]) -> dict[str, Any]:
    """Give an output's literal, as rows of a tree and as text."""
    output = _output(run, content)
    if output is None:
        return {"error": _GONE}
    return {"rows": first_row(output), "count": 1, "proto": literal_text(output.literal)}


# What lies somewhere: answered by a thread


def _stored(run: Run, content: Mapping[str, Any]) -> Stored:
    output = _output(run, content)
    if output is None or not output.uri:
        raise ShimError(_GONE)
    place, file = Stored(output.uri), content.get("file")
    return place.inner(file) if isinstance(file, str) and file else place


def _open(run: Run, content: Mapping[str, Any]) -> dict[str, Any]:
    """Say what a file is, with the beginning of a text; or list a folder's files."""
    output, place = _output(run, content), _stored(run, content)
    if place.is_folder():
        return _folder(place)
    size, head = place.size(), place.part(0, HEAD)
    found = sniff(head, place.extension, output.format if output is not None and not content.get("file") else "")
    made: dict[str, Any] = {
        "name": cut(visible(place.name), 200),
        "size": size,
        "words": size_words(size),
        "is": found.kind,
        "mime": found.mime,
    }
    if found.kind == "image" and size > _IMAGE:
        made |= {"is": "binary", "note": f"An image of {size_words(size)} is too large to be shown here."}
    elif found.kind == "page" and size > _PAGE:
        made |= {"is": "text"}
    if made["is"] in ("text", "markdown", "page"):
        made |= {"text": run.masks.text(_decoded(head)), "cut": size > HEAD}
    if made["is"] == "page":
        made["page"] = run.masks.text(place.part(0, _PAGE).decode("utf-8", "replace"))
    if size > _DOWNLOAD:
        made["large"] = f"A file of {size_words(size)} does not fit through the notebook. It is at {place.shown}."
    return made


def _decoded(head: bytes) -> str:
    return legible(head.decode("utf-8", "ignore"))


def _folder(place: Stored) -> dict[str, Any]:
    files, more = place.listed(_FILES)
    named = [
        {"name": each.name, "shown": cut(visible(each.name), 200), "size": each.size, "words": size_words(each.size)}
        for each in files
    ]
    return {"is": "folder", "files": named, "more": more, "words": size_words(sum(each.size for each in files))}


def _table(run: Run, content: Mapping[str, Any]) -> dict[str, Any]:
    """Give a page of a table."""
    output, place = _output(run, content), _stored(run, content)
    start, column = content.get("start", 0), content.get("column", 0)
    if type(start) is not int or type(column) is not int or output is None:
        raise ShimError("the question was not understood")
    kind = "parquet"
    if not content.get("file") and output.shape == "table":
        kind = output.format
        if kind not in ("parquet", "csv", "tsv"):
            raise ShimError(f"there is no preview of the format {cut(visible(kind), 40)!r}; it is at {place.shown}")
    elif place.part(0, 4) != b"PAR1":
        tsv = "tsv" in (place.extension, output.format)
        kind = "tsv" if tsv else "csv"
    return read_page(place, kind, start, column).told()


def _bytes(run: Run, content: Mapping[str, Any]) -> dict[str, Any]:
    """Give a part of a file, from `start` on, in base64: of an image, or to be saved."""
    place, start = _stored(run, content), content.get("start")
    if type(start) is not int or start < 0:
        raise ShimError("the question was not understood")
    size = place.size()
    if size > _DOWNLOAD:
        raise ShimError(f"a file of {size_words(size)} does not fit through the notebook; it is at {place.shown}")
    part = place.part(start, _PART)
    stop = start + len(part)
    return {
        "data": base64.b64encode(part).decode("ascii"),
        "next": stop if part and stop < size else None,
        "total": size,
    }


def _threaded(
    read: Callable[[Run, Mapping[str, Any]], dict[str, Any]], *, masked: bool = True
) -> Callable[[RunsView, Run | None, Mapping[str, Any]], dict[str, Any] | None]:
    """Make an answer that is given later, by a thread."""

    def answer(view: RunsView, run: Run | None, content: Mapping[str, Any]) -> dict[str, Any] | None:
        if run is None:
            return {"error": _GONE}
        if not _readers.acquire(blocking=False):
            return {"error": "Other files are still being read. Try again when they are there."}
        head = {name: content.get(name) for name in ("kind", "view", "number", "request")}

        def work() -> None:
            try:
                found = read(run, content)
            except ShimError as error:
                found = {"error": str(error)}
            except Exception as error:  # noqa: BLE001  # a view that asked must not wait for ever
                found = {"error": cut(visible(f"{type(error).__name__}: {error}"), 300)}
            finally:
                _readers.release()
            view.form.tell({**head, **(run.masks.data(found) if masked else found)})

        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(work,), name="shimnb-output", daemon=True).start()
        return LATER

    return answer


OUTPUT_ANSWERS: dict[str, Callable[[RunsView, Run | None, Mapping[str, Any]], dict[str, Any] | None]] = {
    "run:inputs": _inputs,
    "run:tree": _tree,
    "run:items": _items,
    "run:text": _text,
    "run:literal": _literal,
    "run:file": _threaded(_open),
    "run:table": _threaded(_table),
    # Characters of base64 that look like a secret are none.
    "run:bytes": _threaded(_bytes, masked=False),
}
"""As `shimnb.notebook.runs.answers.ANSWERS`, of which it is a part."""
