"""The tree beside JupyterLab's own view of JSON, on the same data, in Chromium: ``python -m benchmarks.tree``."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.browsing import Clock, scroll
from benchmarks.common import HERE, Row, machine, medians, table
from tests.browser.lab import Notebook, browser, chromium, jupyterlab, write_notebook

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Browser, Locator, Page

__all__ = ["PEER", "SIZES", "draw", "matrix", "measure", "rows"]

PEER = "JupyterLab's JSON view"
SIZES = (100, 1_000, 10_000, 100_000, 1_000_000)
BUDGETS = {"first paint": 150.0, "search": 100.0, "script": 8.0, "rows": 300.0, "first message": 64.0}
_AT = 100_000  # the size that the budgets of time are about
# Opened whole, the peer puts an element for each leaf into the page: 10,000 take it seconds.
_PEER_WHOLE, _PEER_LARGEST = 10_000, 100_000
_PEER_PAUSE = 300  # ms that its search waits for another key
_ITEMS = "document.querySelectorAll('.jp-OutputArea [role=treeitem]')"
# Rows within the groups, whose values have come.
_INSIDE = (
    "[...document.querySelectorAll('.jp-OutputArea [role=treeitem][aria-level=\"2\"]')]"
    ".filter(each => each.textContent !== '…').length"
)
_LI = "document.querySelectorAll('.jp-RenderedJSON li')"
_COUNTED = (
    "[...document.querySelectorAll('.jp-OutputArea [role=status]')].some(each => each.textContent.includes('1 of 1'))"
)
_PICTURE = HERE.parent / "docs" / "images" / "tree-cost.svg"

_SETUP = """
import json, time, shimnb
from shimnb.notebook.tree.finding import find_answer
from IPython.display import JSON
from benchmarks.work.tree_data import groups
"""
# What the widget sends first, without the code and the style sheet that each widget of its class has.
_FIRST = """
state = {key: value for key, value in shimnb.tree(data).get_state().items() if key not in ("_esm", "_css")}
start = time.perf_counter()
find_answer(tree.model, {"query": "the needle", "scope": "all"})
print(json.dumps([len(json.dumps(state).encode()) / 1024, (time.perf_counter() - start) * 1000]))
"""
_CELLS = (
    _SETUP,
    "data = groups(100)",
    "tree = shimnb.tree(data)\ntree",
    "JSON(data)",
    "JSON(data, expanded=True)",
    _FIRST,
)
_START, _DATA, _TREE, _COLLAPSED, _WHOLE, _STATE = range(len(_CELLS))

Figures = dict[str, float]


@dataclass(frozen=True)
class _Bench:
    """A notebook with the cells above, in a page with clocks."""

    chromium: Browser
    page: Page
    clock: Clock
    notebook: Notebook

    def show(self, cell: int, holds: str, *messages: str) -> float:
        """Run a cell, and give the time from its first message's arrival to the frame in which `holds` is true."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
        self.page.evaluate("() => bench.painted()")
        self.clock.start(holds)
        self.notebook.run(cell)
        return self.clock.found() - self.clock.arrived(*messages)

    def count(self, elements: str) -> int:
        """Count elements of the page."""
        return int(self.page.evaluate(f"() => {elements}.length"))

    def ours(self, leaves: int, rounds: int) -> Figures:
        """Measure the tree."""
        paints = [self.show(_TREE, f"{_ITEMS}.length > 0", "comm_open") for _ in range(rounds)]
        output = self.notebook.cell(_TREE)
        figures = {"first paint": statistics.median(paints)}
        self.clock.start(f"{_INSIDE} > {min(20, leaves // 2)}")
        start = self.page.evaluate("() => performance.now()")
        output.get_by_role("button", name="Open all rows").click()
        figures["open all"] = self.clock.found() - start
        self.page.evaluate("() => bench.painted()")
        moved = scroll(self.chromium, self.page, output.get_by_role("tree"))
        figures |= {"script p95": moved.p95, "script": moved.most, "script and layout": moved.with_layout}
        figures |= self._search(output, rounds)
        figures["rows"] = self._most(output.get_by_role("tree"))
        self.notebook.run(_STATE)
        figures["first message"], figures["search kernel"] = json.loads(self.notebook.outputs(_STATE)[0]["text"])
        return figures

    def _most(self, tree: Locator) -> int:
        """Count the rows that are in the page at once while the wheel turns."""
        self.page.evaluate(_WATCHED)
        tree.hover()
        for _ in range(20):
            self.page.mouse.wheel(0, 1_000)
            self.page.evaluate("() => bench.painted()")
        return int(self.page.evaluate("() => { bench.looking = false; return bench.most; }"))

    def _search(self, output: Locator, rounds: int) -> Figures:
        """Search; from the question to the frame with the count; the pause before it, and the first time, apart."""
        box = output.get_by_role("searchbox")
        taken: list[Figures] = []
        for _ in range(rounds + 1):
            self.clock.start(_COUNTED)
            box.fill("the needle")
            end = self.clock.found()
            key, asked, answered = self.clock.search()
            taken.append({"search": end - asked, "search pause": asked - key, "search answer": answered - asked})
            box.fill("no such text")
            self.page.wait_for_function(f"() => !({_COUNTED})")
        first, *others = taken
        return {**medians(others), "search first": first["search"]}

    def peer(self, leaves: int, rounds: int) -> Figures:
        """Measure JupyterLab's view of JSON, as far as it goes."""
        if leaves > _PEER_LARGEST:
            return {}
        paints = [self.show(_COLLAPSED, f"{_LI}.length > 0", "display_data", "execute_result") for _ in range(rounds)]
        figures = {"collapsed": statistics.median(paints), "search": self._peer_search(_COLLAPSED, rounds)}
        figures["search pause"] = _PEER_PAUSE
        figures["bytes"] = self.page.evaluate("() => Math.max(...bench.messages.map(({ bytes }) => bytes))") / 1024
        if leaves <= _PEER_WHOLE:
            least = min(30, leaves // 2)
            paints = [
                self.show(_WHOLE, f"{_LI}.length > {least}", "display_data", "execute_result") for _ in range(rounds)
            ]
            figures |= {"expanded": statistics.median(paints), "li": self.count(_LI)}
            moved = scroll(self.chromium, self.page, self.notebook.cell(_WHOLE).locator(".jp-RenderedJSON"))
            figures |= {"script p95": moved.p95, "script": moved.most, "script and layout": moved.with_layout}
            figures["search expanded"] = self._peer_search(_WHOLE, rounds)
        return figures

    def _peer_search(self, cell: int, rounds: int) -> float:
        """Search; from the last key to the frame after the filter was applied, without the pause between them."""
        box = self.notebook.cell(cell).get_by_placeholder("Find")
        taken = []
        for _ in range(rounds):
            box.fill("needl")
            self.page.wait_for_timeout(2 * _PEER_PAUSE)
            self.page.evaluate("() => bench.painted()")
            self.page.evaluate(_FILTERED, _PEER_PAUSE)
            box.press("End")
            box.press("e")
            taken.append(float(self.page.evaluate("() => bench.filtered")))
        return statistics.median(taken)


_WATCHED = f"""() => {{
    bench.most = 0;
    bench.looking = true;
    const look = () => {{
        bench.most = Math.max(bench.most, {_ITEMS}.length);
        if (bench.looking) requestAnimationFrame(look);
    }};
    look();
}}"""
_FILTERED = """pause => { bench.filtered = new Promise(resolve => addEventListener('input', () => {
    const start = performance.now();
    // The peer's own timer is set by the same event: this one runs after it, and after what it renders.
    setTimeout(() => setTimeout(async () => {
        await bench.painted();
        resolve(await bench.painted() - start - pause);
    }), pause);
}, { once: true })); }"""


@contextmanager
def _bench() -> Iterator[_Bench]:
    executable = chromium()
    if executable is None:
        raise SystemExit("Chromium is missing: apt-get install chromium")
    with tempfile.TemporaryDirectory() as root, tempfile.TemporaryDirectory() as state:
        write_notebook(Path(root) / "tree.ipynb", _CELLS)
        # The kernel starts in the notebook's folder.
        (Path(root) / "benchmarks").symlink_to(HERE)
        with jupyterlab(Path(root), Path(state)) as lab, browser(executable) as running:
            page = running.new_page(viewport={"width": 1280, "height": 900})
            page.set_default_timeout(90_000)
            clock = Clock.of(page)
            notebook = lab.open(page, "tree.ipynb")
            bench = _Bench(running, page, clock, notebook)
            # What a front end loads with the first output of its kind is not measured.
            notebook.run(_START, _DATA, _TREE, _COLLAPSED, _STATE)
            page.wait_for_timeout(1000)
            yield bench
            page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")


def measure(sizes: Sequence[int] = SIZES, rounds: int = 3) -> dict[int, tuple[Figures, Figures]]:
    """Measure both sides in one page.

    Parameters
    ----------
    sizes : sequence of int
        How many leaves; multiples of 100.
    rounds : int
        How often each is shown and searched; a figure is the median.

    Returns
    -------
    dict of int to tuple of dict
        By the number of leaves the figures of the tree and of JupyterLab's view: times in ms, messages in KiB. What a
        side cannot do is missing.
    """
    found: dict[int, tuple[Figures, Figures]] = {}
    with _bench() as bench:
        for leaves in sizes:
            bench.notebook.set_source(_DATA, f"data = groups({leaves})")
            bench.notebook.run(_DATA)
            found[leaves] = bench.ours(leaves, rounds), bench.peer(leaves, rounds)
    return found


_WORK = (  # what is measured, its unit, its name on each side
    ("first paint", "ms", "first paint", "collapsed"),
    ("all opened", "ms", "open all", "expanded"),
    ("search", "ms", "search", "search"),
    ("the first search, with its index", "ms", "search first", "search"),
    ("the search's time in the kernel", "ms", "search kernel", ""),
    ("the pause before a search, for another key", "ms", "search pause", "search pause"),
    ("script a frame of scrolling, 95 of 100 frames", "ms", "script p95", "script p95"),
    ("script a frame of scrolling, the most", "ms", "script", "script"),
    ("script a frame, with the layout it forces, 95 of 100", "ms", "script and layout", "script and layout"),
    ("row elements in the page", "", "rows", "li"),
    ("first message", "KiB", "first message", "bytes"),
)


def rows(found: dict[int, tuple[Figures, Figures]]) -> list[Row]:
    """Give a row for each figure, with its budget where it has one."""
    made = []
    for leaves, (ours, peer) in found.items():
        for work, unit, key, of_peer in _WORK:
            if key in ours:
                # The first message and the rows are bounded however large the tree, and times up to a size.
                limit = BUDGETS.get(key) if leaves <= _AT or unit != "ms" else None
                made.append(Row(f"{leaves:,} leaves: {work}", unit, ours[key], peer.get(of_peer), None, limit))
    return made


def _cell(value: float | None) -> str:
    if value is None:
        return "-"
    # Three figures are what the noise leaves; a count is one.
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.1f}"  # noqa: PLR2004  # as said


def matrix(found: dict[int, tuple[Figures, Figures]]) -> str:
    """Draw the figures as a Markdown table with a column for each size: the tree's, and the peer's after a stroke."""
    lines = [
        f"| | {' | '.join(f'{leaves:,} leaves' for leaves in found)} | budget | |",
        f"|---{'|---:' * len(found)}|---|---|",
    ]
    for work, unit, key, of_peer in _WORK:
        cells = [f"{_cell(ours.get(key))} / {_cell(peer.get(of_peer))}" for ours, peer in found.values()]
        held = [row.holds for row in rows(found) if row.work.endswith(f" leaves: {work}") and row.limit is not None]
        budget = [f"{BUDGETS[key]:g} {unit}".rstrip(), "kept" if all(held) else "**missed**"] if held else ["-", ""]
        lines.append(f"| {' | '.join([f'{work}, {unit}'.rstrip(', '), *cells, *budget])} |")
    return "\n".join(lines)


def draw(found: dict[int, tuple[Figures, Figures]]) -> None:
    """Draw the cost against the size, for both, as the picture of the README."""
    import matplotlib as mpl  # noqa: PLC0415  # only the picture needs it

    mpl.use("svg")
    from matplotlib import pyplot as plt  # noqa: PLC0415  # as above

    # The same figures make the same file, in the reader's own font.
    plt.rcParams.update({"svg.hashsalt": "shimnb", "svg.fonttype": "none", "font.family": "sans-serif"})
    figure, (time, elements) = plt.subplots(1, 2, figsize=(10, 4.6), layout="constrained")
    lines = (
        (time, 0, "first paint", "tree: first paint", "C0-o"),
        (time, 0, "open all", "tree: all opened", "C0--s"),
        (time, 0, "search", "tree: search", "C0:^"),
        (time, 1, "collapsed", "JSON view: first paint, collapsed", "C1-o"),
        (time, 1, "expanded", "JSON view: first paint, expanded", "C1--s"),
        (time, 1, "search", "JSON view: search, collapsed", "C1:^"),
        (elements, 0, "rows", "tree: rows, all opened", "C0-o"),
        (elements, 1, "li", "JSON view: <li>, expanded", "C1-o"),
    )
    for axes, side, key, label, style in lines:
        points = [(leaves, sides[side][key]) for leaves, sides in found.items() if key in sides[side]]
        if points:
            axes.plot(*zip(*points, strict=True), style, label=label, markersize=5)
    for axes, title, limits in (
        (time, "time, ms", ((150, "budget of the first paint", "bottom"), (100, "budget of a search", "top"))),
        (elements, "elements in the page", ((300, "budget", "bottom"),)),
    ):
        axes.set(xscale="log", yscale="log", xlabel="leaves", title=title)
        axes.grid(alpha=0.3)
        for limit, words, side in limits:
            axes.axhline(limit, color="0.4", linewidth=0.8, linestyle=(0, (6, 4)))
            place = {"xycoords": ("axes fraction", "data"), "ha": "right", "va": side, "fontsize": 8, "color": "0.3"}
            axes.annotate(words, (0.99, limit * (1.05 if side == "bottom" else 0.95)), **place)
        axes.margins(y=0.1)
    figure.legend(loc="outside lower center", ncols=3, fontsize=8)
    figure.suptitle("The tree beside JupyterLab's JSON view, the same data")
    figure.savefig(_PICTURE, metadata={"Date": None})


def main() -> int:
    """Print the table, and draw the picture; the exit code is 1 when a budget is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tree", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each is shown and searched")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="how many leaves, multiples of 100")
    parser.add_argument("--no-picture", action="store_true", help="leave docs/images as it is")
    given = parser.parse_args()
    found = measure(given.sizes, given.rounds)
    made = rows(found)
    print(machine(), f"shimnb / {PEER}", matrix(found), table(made, PEER), sep="\n\n")
    if not given.no_picture:
        draw(found)
    return 0 if all(row.holds for row in made) else 1


if __name__ == "__main__":
    sys.exit(main())
