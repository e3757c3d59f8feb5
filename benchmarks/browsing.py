"""Clocks in a page: when a kernel's message arrived, when the frame that shows it was painted, what script took."""

from __future__ import annotations

import bisect
import json
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Browser, Locator, Page

__all__ = ["Clock", "Scroll", "scroll"]

_WAIT = 90_000
# Runs before JupyterLab: its sockets note each message, by the type that its header names, before anybody reads it.
_CLOCKS = """
(() => {
  const bench = { messages: [], sent: [], inputs: [] };
  window.bench = bench;
  const text = new TextDecoder();
  // As much of a message as tells what it is: its header, or all of it where it is small.
  const whole = data => {
    const length = (data.length ?? data.byteLength) < 20000 ? 20000 : 600;
    return typeof data === 'string' ? data.slice(0, length) : text.decode(new Uint8Array(data.slice(0, length)));
  };
  const note = data => {
    const said = whole(data);
    return {
      at: performance.now(),
      bytes: data.length ?? data.byteLength,
      type: /"msg_type": ?"(\\w+)"/.exec(said)?.[1],
      kind: /"type": ?"(find)"/.exec(said)?.[1],
    };
  };
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener('message', ({ data }) => {
        if (typeof data === 'string' || data instanceof ArrayBuffer) bench.messages.push(note(data));
      });
    }
    send(data) {
      bench.sent.push(note(data));
      super.send(data);
    }
  };
  window.addEventListener('input', () => bench.inputs.push(performance.now()), true);
  // A message posted in a frame's callback is heard after that frame's paint.
  const painted = () => new Promise(resolve => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => resolve(performance.now());
    channel.port2.postMessage(0);
  }));
  bench.painted = painted;
  bench.reset = () => { bench.messages.length = bench.sent.length = bench.inputs.length = 0; };
  /** Resolves with the time of the first frame in which `holds` is true. */
  bench.when = holds => new Promise(resolve => {
    const look = () => {
      if (!holds()) return requestAnimationFrame(look);
      const channel = new MessageChannel();
      channel.port1.onmessage = () => resolve(performance.now());
      channel.port2.postMessage(0);
    };
    look();
  });
})();
"""
_LAYOUT = frozenset(("UpdateLayoutTree", "Layout"))
_SCRIPT = frozenset(("FunctionCall", "EvaluateScript", "RunMicrotasks", "BlinkScheduler_PerformMicrotaskCheckpoint"))


@dataclass(frozen=True)
class Clock:
    """The clocks of a page; made before it is opened."""

    page: Page

    @classmethod
    def of(cls, page: Page) -> Clock:
        """Put the clocks into every document that the page opens from now on."""
        page.add_init_script(_CLOCKS)
        return cls(page)

    def start(self, holds: str) -> None:
        """Forget what was noted, and look at each frame for the first in which a JavaScript expression is true."""
        self.page.evaluate(f"() => {{ bench.reset(); bench.found = bench.when(() => {holds}); }}")

    def found(self) -> float:
        """Wait for that frame, and give the time of its paint, in ms."""
        self.page.set_default_timeout(_WAIT)
        return float(self.page.evaluate("() => bench.found"))

    def arrived(self, *types: str) -> float:
        """Give the time at which the first message of one of these types came in."""
        return float(
            self.page.evaluate("types => bench.messages.find(({ type }) => types.includes(type)).at", list(types))
        )

    def search(self) -> tuple[float, float, float]:
        """Give the times of the last key, of the search that was sent for it, and of its answer."""
        key, sent, answer = self.page.evaluate(
            """() => {
                const key = bench.inputs.at(-1);
                const asked = bench.sent.find(({ at, kind }) => kind && at > key)?.at ?? key;
                return [key, asked, bench.messages.find(({ at, kind }) => kind && at > asked)?.at ?? asked];
            }"""
        )
        return float(key), float(sent), float(answer)


@dataclass(frozen=True)
class Scroll:
    """The script of each frame while something was scrolled, in ms; what style and layout it forced is apart."""

    script: tuple[float, ...]
    layout: tuple[float, ...]

    @property
    def most(self) -> float:
        """The most script that a frame had."""
        return max(self.script, default=0.0)

    @property
    def p95(self) -> float:
        """What the script of 95 of 100 frames stayed below."""
        return _p95(self.script)

    @property
    def with_layout(self) -> float:
        """The same with what it forced."""
        return _p95([each + forced for each, forced in zip(self.script, self.layout, strict=True)])


def _p95(frames: Sequence[float]) -> float:
    return statistics.quantiles(frames, n=20)[-1] if len(frames) > 1 else sum(frames)


def scroll(browser: Browser, page: Page, over: Locator, distance: int = 20_000, speed: int = 8_000) -> Scroll:
    """Scroll down and up again with the wheel, and read each frame's script from Chromium's own trace.

    Parameters
    ----------
    browser : Browser
        Chromium.
    page : Page
        The page.
    over : Locator
        What the mouse is over.
    distance, speed : int
        How far and how fast, in pixels and pixels a second.
    """
    box = over.bounding_box()
    height = (page.viewport_size or {"height": 900})["height"]
    if box is None:
        raise RuntimeError("what was to be scrolled is not in the page")
    place = {"x": box["x"] + box["width"] / 2, "y": min(box["y"] + min(box["height"], height) / 2, height - 100)}
    session = page.context.new_cdp_session(page)
    browser.start_tracing(page=page, categories=["devtools.timeline", "toplevel"])
    for way in (-1, 1):
        session.send(
            "Input.synthesizeScrollGesture",
            {**place, "yDistance": way * distance, "speed": speed, "gestureSourceType": "mouse"},
        )
    trace = browser.stop_tracing()
    session.detach()
    return _frames(json.loads(trace)["traceEvents"])


def _frames(events: list[dict[str, Any]]) -> Scroll:
    """Add up the script between the ends of two frames; what stands within other script counts once."""
    threads = {
        (each["pid"], each["tid"])
        for each in events
        if each["name"] == "thread_name" and each["args"]["name"] == "CrRendererMain"
    }
    here = [each for each in events if (each["pid"], each["tid"]) in threads]
    ends = sorted(each["ts"] for each in here if each["name"] == "AnimationFrame" and each["ph"] == "e")
    # The thread's own clock: on a machine that others use too, the clock on the wall measures the others.
    spans = sorted(
        (each["tts"], each["tts"] + each.get("tdur", 0), each["ts"], each["name"])
        for each in here
        if each["name"] in _SCRIPT | _LAYOUT and "tts" in each
    )
    script, layout = [0.0] * (len(ends) + 1), [0.0] * (len(ends) + 1)
    until, forced_until = 0.0, 0.0
    for start, end, at, name in spans:
        frame = bisect.bisect_left(ends, at)
        if name in _SCRIPT and end > until:
            script[frame] += (end - max(start, until)) / 1000
            until = end
        elif name in _LAYOUT and start < until and end > forced_until:
            forced = (end - max(start, forced_until)) / 1000
            script[frame] -= forced
            layout[frame] += forced
            forced_until = end
    return Scroll(tuple(script[1:-1]), tuple(layout[1:-1]))
