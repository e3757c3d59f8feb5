"""A widget in a page of its own, whose kernel is the test: for what needs a browser and no notebook around it."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shimnb.notebook.assets import css, esm

if TYPE_CHECKING:
    from playwright.sync_api import Page

_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>A widget</title><style>%s</style><body><main></main>'
)
# The part of anywidget's model that our modules use. Answers come through `kernel`, as messages do, one after the other.
_MOUNT = """async ([source, state]) => {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const module = await import(url);
  const listeners = {};
  const fire = (name, ...given) => (listeners[name] ?? []).forEach((listener) => listener(...given));
  const read = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const model = {
    get: (name) => state[name],
    set: (name, value) => { state[name] = value; },
    save_changes: () => { window.saved = JSON.parse(JSON.stringify(state)); },
    send: async (content) => {
      const { reply, buffers, changes } = JSON.parse(await window.kernel(JSON.stringify(content)));
      if (Object.keys(changes).length) window.put(changes);
      if (reply) fire("msg:custom", reply, buffers.map((each) => new DataView(read(each).buffer)));
    },
    on: (name, listener) => (listeners[name] ??= []).push(listener),
    off: (name, listener) => { listeners[name] = (listeners[name] ?? []).filter((each) => each !== listener); },
  };
  window.put = (changes) => {
    Object.assign(state, changes);
    Object.keys(changes).forEach((name) => fire(`change:${name}`));
  };
  window.mount = () => {
    const begin = performance.now();
    const end = module.default.render({ model, el: document.querySelector("main") });
    window.unmount = () => { end(); };
    return performance.now() - begin;
  };
  return window.mount();
}"""


@dataclass
class Bare:
    """A widget that is shown in a page."""

    page: Page
    widget: Any
    asked: list[dict[str, Any]]
    took: float

    def again(self) -> None:
        """Make the view anew, from what is kept with the widget, as a front end does that took it away."""
        self.page.evaluate("() => { window.unmount(); window.mount(); }")

    def put(self, **changes: Any) -> None:
        """Change the widget's state, as the kernel does."""
        self.page.evaluate("changes => window.put(changes)", changes)

    def saved(self) -> dict[str, Any]:
        """Give the state that the view saved last."""
        found: dict[str, Any] = self.page.evaluate("() => window.saved")
        return found


def show(page: Page, widget: Any, module: str = "tree.js", *, kernel: bool = True) -> Bare:
    """Show a widget in a page; without a kernel, its questions are never answered."""
    asked: list[dict[str, Any]] = []

    def answer(text: str) -> str:
        content = json.loads(text)
        asked.append(content)
        sent: list[tuple[Any, Any]] = []
        version = getattr(widget, "version", 0)
        if kernel:
            widget.send = lambda reply, buffers=None: sent.append((reply, buffers or []))
            widget._handle_custom_msg(content, [])
        reply, buffers = sent[0] if sent else (None, [])
        # What the kernel shows anew goes ahead of its answer, as in a notebook.
        new = ("title", "count", "rows", "version") if getattr(widget, "version", 0) != version else ()
        changes = {name: getattr(widget, name) for name in new}
        encoded = [base64.b64encode(each).decode() for each in buffers]
        return json.dumps({"reply": reply, "buffers": encoded, "changes": changes})

    page.set_content(_PAGE % css(module.replace(".js", ".css")))
    page.expose_function("kernel", answer)
    state = {name: value for name, value in widget.get_state().items() if not name.startswith("_")}
    took: float = page.evaluate(_MOUNT, [esm(module), json.loads(json.dumps(state, default=str))])
    return Bare(page, widget, asked, took)
