"""The front end's files, read as text.

Every widget has one ES module and one CSS file in ``static/``. A front end
loads a widget's module as one text, so the few lines that two widgets share
live in a file of their own and are put in where they are imported. The text
goes out with every widget, and into the notebook that is saved with it: what
is there for the files' readers, comments and indentation, stays behind.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

__all__ = ["css", "esm"]

_STATIC = files("shimnb.notebook") / "static"
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./([a-z_]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|class) )", re.MULTILINE)
# A comment that begins its line, a type in front of a value, and what stands before a line. No file has a text of
# several lines between backquotes.
_NOTES = re.compile(
    r"^[ \t]*/\*[\s\S]*?\*/[ \t]*\n|^[ \t]*//.*\n|/\*\* @type \{[^*\n]*\} \*/ ?|^[ \t]+|^\n", re.MULTILINE
)


def _text(name: str) -> str:
    return (_STATIC / name).read_text(encoding="utf-8")


@cache
def esm(name: str) -> str:
    """Return a widget's module, with the modules beside it that it imports put in.

    Parameters
    ----------
    name : str
        A file of ``static/``. Only ``import { ... } from "./file.js";`` is
        understood, and each file is put in once.

    Returns
    -------
    str
        One ES module that imports nothing, without its comments.
    """
    inlined: set[str] = set()

    def inline(source: str) -> str:
        def put_in(match: re.Match[str]) -> str:
            shared = match.group(1)
            if shared in inlined:
                return ""
            inlined.add(shared)
            return _EXPORT.sub("", inline(_text(shared)))

        return _IMPORT.sub(put_in, source)

    return _NOTES.sub("", inline(_text(name)))


@cache
def css(name: str) -> str:
    """Return a widget's style sheet after the shared one.

    Parameters
    ----------
    name : str
        A file of ``static/``.

    Returns
    -------
    str
        The text of ``base.css`` and of the file.
    """
    return _NOTES.sub("", _text("base.css") + _text(name))
