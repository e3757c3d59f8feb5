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
from shimnb.notebook.form.widget import FormWidget
from shimnb.notebook.front import without_view
from shimnb.notebook.tree.nodes import template_node
from shimnb.notebook.tree.static_forms import NO_MATH, static_text
from shimnb.notebook.tree.widget import TreeWidget, static_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shimnb.core.template import TaskTemplate
    from shimnb.notebook.rerun import Said

__all__ = ["PanelWidget", "command_text", "panel", "panel_text", "source_text", "static_panel"]


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


def _header(
    task: PythonCustomizedContainerTask[Any], template: TaskTemplate, findings: list[Finding]
) -> dict[str, Any]:
    severities = {each.severity for each in findings}
    level = next((each for each in ("error", "warning") if each in severities), "")
    return {"name": task.name, "notes": _notes(task, template), "count": count_words(findings), "level": level}


def panel_text(task: PythonCustomizedContainerTask[Any], said: Said | None = None) -> str:
    """Return a panel for a terminal: the template's tree, and what the checks found.

    Parameters
    ----------
    task : PythonCustomizedContainerTask
        Any task.
    said : Said, optional
        What changed since its cell ran before; it is the second line.
    """
    template = task.task_template
    node = template_node(template.to_flyte_idl(), task.losses(), defaults=task.python_interface.defaults)
    heading = " · ".join([task.name, *_notes(task, template)])
    lines = [static_text(node, heading if said is None else f"{heading}\n{said.line()}", depth=2)]
    lines += map(str, checks(task))
    return "\n".join(lines)


def _finding_html(finding: Finding) -> str:
    parts = [f"<b>{finding.severity}</b> <code>{escape(finding.path)}</code> {escape(finding.sentence)}"]
    if finding.before:
        parts.append(f"<code>{escape(finding.before)}</code> becomes <code>{escape(finding.after)}</code>.")
    return f"<li>{' '.join([*parts, escape(finding.remedy)])}</li>"


def _source(task: PythonCustomizedContainerTask[Any], template: TaskTemplate) -> list[dict[str, Any]]:
    title, text = source_text(task)
    command = command_text(template.container.args) if template.container else ""
    return [
        {"title": title, "text": text, "python": True},
        {"title": "The container's command", "text": command, "python": False},
    ]


def _plain(tree: str, said: Said | None, findings: list[Finding]) -> str:
    heading, *rows = tree.split("\n", 1)
    return "\n".join([heading, *(said.lines() if said is not None else ()), *rows, *map(str, findings)])


def _html(tree: str, said: Said | None, findings: list[Finding], source: list[dict[str, Any]]) -> str:
    parts = [said.html(), tree] if said is not None else [tree]
    if findings:
        # As on the tab, notes do not count.
        count = sum(each.severity != "note" for each in findings)
        items = "".join(map(_finding_html, findings))
        title = f"Checks ({count})" if count else "Checks"
        parts.append(f"<details><summary>{title}</summary><ul>{items}</ul></details>")
    texts = "".join(
        f"<p>{escape(each['title'])}</p><pre>{escape(each['text'])}</pre>" for each in source if each["text"]
    )
    parts.append(f"<details><summary>Source</summary>{texts}</details>")
    return f'<div class="{NO_MATH}">{"".join(parts)}</div>'


def static_panel(task: PythonCustomizedContainerTask[Any], said: Said | None = None) -> dict[str, str]:
    """Return a panel for a page without a kernel: its HTML and its text, made without a widget.

    Parameters
    ----------
    task : PythonCustomizedContainerTask
        Any task.
    said : Said, optional
        What changed since its cell ran before.
    """
    html, text = static_tree(task)
    findings = checks(task)
    source = _source(task, task.task_template)
    return {"text/html": _html(html, said, findings, source), "text/plain": _plain(text, said, findings)}


class PanelWidget(anywidget.AnyWidget):
    """A task's panel in the notebook; make one with `panel`.

    Parameters
    ----------
    task : PythonCustomizedContainerTask
        The task.
    after : PanelWidget, optional
        The panel whose place this one is going to take: the tab, what stands
        open in the tree, and what is in the form are as they are there.
    said : Said, optional
        What changed since then.

    Attributes
    ----------
    header : dict
        ``name``, ``notes``, and ``count``, the findings in words, with the
        ``level`` of the worst of them.
    said : dict
        What changed; see `shimnb.notebook.rerun.Said`. Empty in a first panel.
    said_open : bool
        Whether the fields that changed are shown.
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
    said = traitlets.Dict().tag(sync=True)
    said_open = traitlets.Bool(False).tag(sync=True)  # noqa: FBT003  # the trait's default
    findings = traitlets.List(traitlets.Dict()).tag(sync=True)
    source = traitlets.List(traitlets.Dict()).tag(sync=True)
    tree = anywidget.WidgetTrait().tag(sync=True)
    form = anywidget.WidgetTrait().tag(sync=True)

    def __init__(
        self,
        task: PythonCustomizedContainerTask[Any],
        after: PanelWidget | None = None,
        said: Said | None = None,
        **kwargs: Any,
    ) -> None:
        self.template = task.task_template
        # The last version that was another one: it stays over runs that change nothing.
        self._earlier = None if after is None else after._version_before(self.template)  # noqa: SLF001  # a panel too
        self._task = task
        self._said = said
        findings = checks(task)
        parts: list[TreeWidget | FormWidget] = []
        try:
            parts.append(TreeWidget(task, after=after.tree if after is not None else None, earlier=self._earlier))
            parts.append(FormWidget(task, after=after.form if after is not None else None))
            if after is not None:
                kwargs = {"tab": after.tab, "said_open": after.said_open, **kwargs}
            super().__init__(
                header=_header(task, self.template, findings),
                said=said.to_message() if said is not None else {},
                findings=[asdict(each) for each in findings],
                source=_source(task, self.template),
                tree=parts[0],
                form=parts[1],
                **kwargs,
            )
        except BaseException:
            _close(*parts)
            raise
        self._text = _plain(self.tree.static_text(), said, findings)

    def _version_before(self, template: TaskTemplate) -> TaskTemplate | None:
        """Give the version that came before a template that takes this one's place."""
        return self._earlier if template == self.template else self.template

    @property
    def task(self) -> PythonCustomizedContainerTask[Any]:
        """The task that is shown."""
        return self._task

    def close(self) -> None:
        """Close the panel and the widgets in it; none of their comms stays open."""
        _close(*(part for part in (self.tree, self.form) if part is not None))
        self.layout.close()
        super().close()

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        return without_view({**data, "text/html": self.static_html(), "text/plain": self._text}), metadata

    def static_html(self) -> str:
        """Return the panel as nested ``<details>``, for where there is no front end."""
        findings = [Finding(**each) for each in self.findings]
        return _html(self.tree.static_html(), self._said, findings, self.source)


def _close(*parts: TreeWidget | FormWidget) -> None:
    for part in parts:
        part.layout.close()
        part.close()


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
