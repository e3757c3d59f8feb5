"""The page of a run's decks: tabs, without a script of its own and without anything from elsewhere.

Each deck is a document of its own, in a frame: neither its styles nor a tag
that it leaves open reach another deck, or the tabs. What sandbox the page is
shown in holds for its frames too. The tabs are radio buttons, so the arrow
keys go from one to the next.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

from shimnb.core.deck import DECK_FILE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shimnb.core.deck import Deck
    from shimnb.core.files import FileAccessProvider

__all__ = ["frame", "page", "write_page"]

_COLOURS = """
:root { color-scheme: light dark; --fg: #1f1f1f; --muted: #5f5f5f; --bg: #fff; --alt: #f4f4f4; --line: #dadada;
  --accent: #0d5aa7; }
@media (prefers-color-scheme: dark) { :root { --fg: #e6e6e6; --muted: #a8a8a8; --bg: #111; --alt: #1f1f1f;
  --line: #3d3d3d; --accent: #7cb8f5; } }
* { box-sizing: border-box; }
body { background: var(--bg); color: var(--fg); font: 13px/1.5 system-ui, sans-serif; margin: 0; }
"""
# What an executor's own HTML looks like when it says nothing: `:where` gives way to any rule of its own.
_BODY_STYLE = """
:where(body) { overflow-wrap: break-word; padding: 12px; }
:where(body > :first-child) { margin-block-start: 0; }
:where(a) { color: var(--accent); }
:where(table) { border-collapse: collapse; font-size: inherit; }
:where(th, td) { border: 0 solid var(--line); border-block-end-width: 1px; padding: 3px 12px 3px 0;
  text-align: start; vertical-align: top; }
:where(th) { color: var(--muted); font-weight: 600; }
:where(pre, code) { font-family: ui-monospace, monospace; font-size: 12px; }
:where(pre) { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap; }
:where(img, svg) { max-inline-size: 100%; }
:where(p) { margin-block: 0 8px; }
:where(.sn-muted) { color: var(--muted); }
:where(.sn-number) { font-variant-numeric: tabular-nums; text-align: end; white-space: nowrap; }
:where(.sn-bar) { background: var(--accent); block-size: 8px; min-inline-size: 1px; }
:where(.sn-bars) { inline-size: 16em; vertical-align: middle; }
:where(noscript p) { background: var(--alt); padding: 6px 8px; }
"""
_PAGE_STYLE = """
main { display: flex; flex-direction: column; min-block-size: 100vh; }
h1 { block-size: 1px; clip-path: inset(50%); margin: 0; overflow: hidden; position: absolute; }
.tabs { border: 0; border-block-end: 1px solid var(--line); display: flex; flex-wrap: wrap; gap: 0 4px; margin: 0;
  padding: 0 8px; }
.tabs label { border-block-end: 2px solid transparent; color: var(--muted); cursor: pointer; margin-block-end: -1px;
  max-inline-size: 20em; overflow: hidden; padding: 6px 8px; text-overflow: ellipsis; white-space: nowrap; }
.tabs label:hover { background: var(--alt); }
.tabs input { block-size: 1px; inline-size: 1px; margin: 0; opacity: 0; position: absolute; }
.tabs label:has(:checked) { border-color: var(--accent); color: var(--fg); }
.tabs label:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: -3px; }
section { display: flex; flex: 1; min-block-size: 50vh; }
section iframe { border: 0; flex: 1; inline-size: 100%; }
.none { color: var(--muted); margin: 12px; }
"""
# A browser that does not know :has shows all decks, one below the other.
_HIDE = "@supports selector(:has(*)) {{ body:not(:has(#d{0}:checked)) #p{0} {{ display: none; }} }}\n"
_NO_SCRIPTS = "<noscript><p>This deck has scripts, and they do not run here.</p></noscript>"
_HEAD = '<meta charset="utf-8"><meta name="color-scheme" content="light dark">'
_SCRIPT = re.compile(r"<script\b", re.IGNORECASE)
_CONTENT_TYPES = {"s3": "ContentType", "s3a": "ContentType", "gs": "content_type", "gcs": "content_type"}


def page(decks: Iterable[Deck], title: str) -> str:
    """Return the whole page; see `shimnb.core.deck.deck_page`."""
    listed = list(decks)
    tabs, bodies, rules = [], [], []
    for index, (name, deck) in enumerate(zip(_names(listed), listed, strict=True)):
        label = escape(name)
        checked = "" if index else " checked"
        tabs.append(f'<label title="{label}"><input type="radio" name="deck" id="d{index}"{checked}>{label}</label>')
        source = _quoted(_document(deck))
        bodies.append(
            f'<section id="p{index}" aria-label="{label}"><iframe title="{label}" srcdoc="{source}"></iframe></section>'
        )
        rules.append(_HIDE.format(index))
    shown = '<p class="none">No decks.</p>'
    if listed:
        shown = f'<div class="tabs" role="radiogroup" aria-label="Decks">{"".join(tabs)}</div>{"".join(bodies)}'
    return (
        f'<!doctype html>\n<html lang="en"><head>{_HEAD}<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_COLOURS}{_PAGE_STYLE}{''.join(rules)}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{shown}</main></body></html>\n"
    )


def _names(decks: list[Deck]) -> list[str]:
    """Give each deck a name of its own: of two with one name, neither hides the other."""
    names: list[str] = []
    seen: dict[str, int] = {}
    for deck in decks:
        name = str(deck.name)
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def _document(deck: Deck) -> str:
    try:
        html = deck.html
    except Exception as error:  # noqa: BLE001  # one deck that cannot be made must not take the others with it
        html = f"<p>This deck cannot be shown: {escape(f'{type(error).__name__}: {error}')}</p>"
    note = _NO_SCRIPTS if _SCRIPT.search(html) else ""
    # With another base, a link to a place of the deck itself would load the whole page into the frame.
    return f'{_HEAD}<base href="about:srcdoc"><style>{_COLOURS}{_BODY_STYLE}</style>{note}{html}'


def _quoted(html: str) -> str:
    # All that an attribute's value needs; a deck may be megabytes of markup, and each &lt; is three more bytes.
    return html.replace("&", "&amp;").replace('"', "&quot;")


def frame(html: str, title: str) -> str:
    """Return a frame that shows a page and lets it do nothing: no script, no form, no window, no way to its parent.

    Parameters
    ----------
    html : str
        The page.
    title : str
        What a screen reader calls the frame, as text.

    Examples
    --------
    >>> frame('<p title="x">1</p>', "Deck")[:67]
    '<iframe sandbox title="Deck" srcdoc="<p title=&quot;x&quot;>1</p>" '
    """
    style = "border: 1px solid #8888; width: 100%; height: 24em; min-height: 8em; resize: vertical"
    return f'<iframe sandbox title="{escape(title)}" srcdoc="{_quoted(html)}" style="{style}"></iframe>'


def write_page(access: FileAccessProvider, html: str, folder: str) -> str:
    """Write a page as ``deck.html`` into a folder, and return its path.

    Parameters
    ----------
    access : FileAccessProvider
        The run's files.
    html : str
        The page.
    folder : str
        A path, or a URI.

    Raises
    ------
    FileError
        If it cannot be written.
    """
    local = access.get_random_local_path(DECK_FILE)
    with access.open(local, "wb") as file:
        # What a lone half of a surrogate pair comes to is no text, but the rest of the page is.
        file.write(html.encode("utf-8", "backslashreplace"))
    options: dict[str, Any] = {}
    if keyword := _CONTENT_TYPES.get(folder.partition("://")[0]):
        options[keyword] = "text/html"
    return access.put_data(local, access.join(folder, DECK_FILE), **options)
