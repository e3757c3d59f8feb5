"""What a cell changed when it ran again, in words: for the panel, for a terminal, and for a page without scripts."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from shimnb.notebook.changes import changes
from shimnb.notebook.tree.words import cut

if TYPE_CHECKING:
    from shimnb.core.template import TaskTemplate
    from shimnb.notebook.changes import Change

__all__ = ["Said", "compared"]

_SHOWN = 50
"""The fields that are shown one by one."""
_COUNTED = 1_000
"""The fields that are counted: of a large `custom`, all of them may be others."""
_LINE = 160
_NOTHING = "(not set)"


@dataclass(frozen=True)
class Said:
    """What there is to say of a task that takes another one's place.

    Parameters
    ----------
    text : str
        The sentence.
    fields : tuple of Change
        The fields of the template that changed.
    changed : bool
        Whether the task is another version.
    """

    text: str
    fields: tuple[Change, ...] = ()
    changed: bool = True

    @property
    def more(self) -> int:
        """The fields that are not shown one by one."""
        return max(0, len(self.fields) - _SHOWN)

    def line(self) -> str:
        """Say all of it in one line, cut where it would be too long."""
        told = [f"{each.path} {_side(each.before)} -> {_side(each.after)}" for each in self.fields]
        return cut(f"{self.text}: {'; '.join(told)}" if told else self.text, _LINE)

    def lines(self) -> list[str]:
        """Say it as a sentence, and a line for each field below."""
        shown = self.fields[:_SHOWN]
        width = max((len(each.path) for each in shown), default=0)
        told = [f"  {each.path:<{width}}  {_side(each.before)} -> {_side(each.after)}" for each in shown]
        return [self.text, *told, *([f"  and {self.more:,} more"] if self.more else [])]

    def html(self) -> str:
        """Write it for a page without scripts; every string is escaped."""
        if not self.fields:
            return f"<p>{escape(self.text)}</p>"
        head = "".join(f"<th>{title}</th>" for title in ("field", "before", "now"))
        rows = "".join(
            f"<tr><td>{escape(each.path)}</td><td>{escape(_side(each.before))}</td><td>{escape(_side(each.after))}</td></tr>"
            for each in self.fields[:_SHOWN]
        )
        more = f"<p>and {self.more:,} more</p>" if self.more else ""
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        return f"<details><summary>{escape(self.text)}</summary>{table}{more}</details>"

    def to_message(self) -> dict[str, Any]:
        """Return it as the front end gets it."""
        rows = [[each.path, _side(each.before), _side(each.after)] for each in self.fields[:_SHOWN]]
        return {"text": self.text, "rows": rows, "more": self.more}


def _side(value: str) -> str:
    return value or _NOTHING


def compared(
    before: TaskTemplate, after: TaskTemplate, code: tuple[str, str] = ("", ""), *, anew: bool = False
) -> Said:
    r"""Compare a task with the one whose place it takes.

    Parameters
    ----------
    before, after : TaskTemplate
        Their templates.
    code : tuple of str
        The texts that they came of, without what was generated.
    anew : bool
        Whether modules that the code imports were imported anew.

    Returns
    -------
    Said
        Unchanged, the executor alone, or the fields of the template.

    Examples
    --------
    >>> from flyteidl.core import tasks_pb2
    >>> one = tasks_pb2.TaskTemplate(type="sql", container=tasks_pb2.Container(image="a:1"))
    >>> two = tasks_pb2.TaskTemplate(type="sql", container=tasks_pb2.Container(image="a:2"))
    >>> compared(one, two).line()
    '1 field of the template changed: container.image "a:1" -> "a:2"'
    >>> compared(one, one, ("x = 1", "x = 2")).line()
    'The executor changed, the template did not'
    """
    fields = changes(before, after, most=_COUNTED)
    same = code[0].strip() == code[1].strip()
    if fields:
        count = f"{'at least ' if len(fields) == _COUNTED else ''}{len(fields):,}"
        text = f"{count} {'field' if len(fields) == 1 else 'fields'} of the template changed"
        text += "" if same and not anew else ", and the code"
        return Said(text[0].upper() + text[1:], fields)
    if anew:
        return Said("The executor changed, the template did not")
    if same:
        return Said("Unchanged", changed=False)
    if ast.dump(ast.parse(code[0])) == ast.dump(ast.parse(code[1])):
        return Said("Unchanged but for comments and layout", changed=False)
    return Said("The executor changed, the template did not")
