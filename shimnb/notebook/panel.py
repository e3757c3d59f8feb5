"""`panel(task)`: a task's template, its form, its checks and its source, in one place.

The tree and the form are widgets of their own, each usable alone; the panel
puts them in tabs.
"""

from __future__ import annotations

import inspect
from dataclasses import asdict
from html import escape
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from shimnb.core.checks import Finding, checks, count_words
from shimnb.core.sizes import size_words
from shimnb.core.task import PythonCustomizedContainerTask
from shimnb.errors import ShimError, shorten
from shimnb.notebook.assets import css, esm
from shimnb.notebook.cell import text_of
from shimnb.notebook.form import form
from shimnb.notebook.nodes import template_node
from shimnb.notebook.static_forms import static_text
from shimnb.notebook.tree import tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shimnb.core.template import TaskTemplate

__all__ = ["PanelWidget", "command_text", "panel", "panel_text", "source_text"]


def command_text(args: Sequence[str]) -> str:
    r"""Lay out a command line, an option and its value on a line of their own.

    Examples
    --------
    >>> print(command_text(["shimnb-execute", "--inputs", "{{.input}}", "--", "my.Executor"]))
    shimnb-execute \
      --inputs {{.input}} \
      -- my.Executor
    """
    lines: list[list[str]] = [[]]
    for word in args:
        if word.startswith("--") and lines[-1]:
            lines.append([])
        # The engine puts values in place of {{...}}, so these are shown without the quotes of a shell.
        plain = not any(character.isspace() or character in "'\"\\$`" for character in word) and word
        lines[-1].append(word if plain else f"'{word.replace(chr(39), chr(39) + chr(92) + chr(39) * 2)}'")
    return " \\\n  ".join(" ".join(words) for words in lines)


def source_text(task: PythonCustomizedContainerTask[Any]) -> tuple[str, str]:
    """Return the title and the text of the Python that defines a task.

    Parameters
    ----------
    task : PythonCustomizedContainerTask
        Any task.

    Returns
    -------
    tuple of str
        What was generated for its cell; for a task made by hand the cell, or
        the source of its class; an empty text where there is none to be had.
    """
    text = text_of(task)
    if text is not None and text.generated:
        return "Generated Python", text.generated
    if text is not None:
        return "The cell, nothing was generated", text.source.lstrip("\n")
    kind = type(task)
    try:
        return f"The class {kind.__name__}", inspect.getsource(kind)
    except (OSError, TypeError):
        return f"The class {kind.__name__} has no source at hand", ""


def _notes(task: PythonCustomizedContainerTask[Any], template: TaskTemplate) -> list[str]:
    return [template.type, task.container_image or "no image", size_words(template.size)]


def panel_text(task: PythonCustomizedContainerTask[Any]) -> str:
    """Return a panel for a terminal: the template's tree, and what the checks found.

    Parameters
    ----------
    task : PythonCustomizedContainerTask
        Any task.
    """
    template = task.task_template
    node = template_node(template.to_flyte_idl(), task.losses(), defaults=task.python_interface.defaults)
    lines = [static_text(node, " · ".join([task.name, *_notes(task, template)]), depth=2)]
    lines += map(str, checks(task))
    return "\n".join(lines)


def _finding_html(finding: Finding) -> str:
    parts = [f"<b>{finding.severity}</b> <code>{escape(finding.path)}</code> {escape(finding.sentence)}"]
    if finding.before:
        parts.append(f"<code>{escape(finding.before)}</code> becomes <code>{escape(finding.after)}</code>.")
    return f"<li>{' '.join([*parts, escape(finding.remedy)])}</li>"


class PanelWidget(anywidget.AnyWidget):
    """A task's panel in the notebook; make one with `panel`.

    Parameters
    ----------
    task : PythonCustomizedContainerTask
        The task.

    Attributes
    ----------
    header : dict
        ``name``, ``notes``, and ``count``, the findings in words.
    tab : str
        ``template``, ``run``, ``checks`` or ``source``. It is kept here, so
        that the view comes back as it was when the front end makes it again.
    findings : list of dict
        What the checks found; see `shimnb.Finding`.
    source : list of dict
        The texts of the Source tab, each with its ``title``, its ``text``, and whether
        it is ``python``.
    tree, form : widget
        The widgets in the first two tabs.
    """

    _esm = esm("panel.js")
    _css = css("panel.css")
    header = traitlets.Dict().tag(sync=True)
    tab = traitlets.Enum(["template", "run", "checks", "source"], "template").tag(sync=True)
    findings = traitlets.List(traitlets.Dict()).tag(sync=True)
    source = traitlets.List(traitlets.Dict()).tag(sync=True)
    tree = anywidget.WidgetTrait().tag(sync=True)
    form = anywidget.WidgetTrait().tag(sync=True)

    def __init__(self, task: PythonCustomizedContainerTask[Any], **kwargs: Any) -> None:
        template = task.task_template
        findings = checks(task)
        title, text = source_text(task)
        command = command_text(template.container.args) if template.container else ""
        super().__init__(
            header={"name": task.name, "notes": _notes(task, template), "count": count_words(findings)},
            findings=[asdict(each) for each in findings],
            source=[
                {"title": title, "text": text, "python": True},
                {"title": "The container's command", "text": command, "python": False},
            ],
            tree=tree(task),
            form=form(task),
            **kwargs,
        )
        self._text = "\n".join([self.tree.static_text(), *map(str, findings)])

    def close(self) -> None:
        """Close the panel and the widgets in it; none of their comms stays open."""
        for part in (self.tree, self.form):
            if part is not None:
                part.layout.close()
                part.close()
        self.layout.close()
        super().close()

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        return {**data, "text/html": self.static_html(), "text/plain": self._text}, metadata

    def static_html(self) -> str:
        """Return the panel as nested ``<details>``, for where there is no front end."""
        parts = [self.tree.static_html()]
        if self.findings:
            # As on the tab, notes do not count.
            count = sum(each["severity"] != "note" for each in self.findings)
            items = "".join(_finding_html(Finding(**each)) for each in self.findings)
            title = f"Checks ({count})" if count else "Checks"
            parts.append(f"<details><summary>{title}</summary><ul>{items}</ul></details>")
        texts = "".join(
            f"<p>{escape(each['title'])}</p><pre>{escape(each['text'])}</pre>" for each in self.source if each["text"]
        )
        parts.append(f"<details><summary>Source</summary>{texts}</details>")
        return f"<div>{''.join(parts)}</div>"


def panel(task: PythonCustomizedContainerTask[Any]) -> PanelWidget:
    """Show a task: its template, a form to run it, what the checks found, its source.

    Parameters
    ----------
    task : PythonCustomizedContainerTask
        Any task, of a cell or not.

    Returns
    -------
    PanelWidget
        The widget; the notebook shows the last value of a cell.

    Raises
    ------
    ShimError
        If it is no task.
    """
    if not isinstance(task, PythonCustomizedContainerTask):
        raise ShimError(
            f"{shorten(task)} is no task", where="panel", remedy="Pass the variable that %%shimtask made, or a task."
        )
    return PanelWidget(task)
