"""Strings that an attacker, or an accident, puts where a name or a value is wanted.

Each of them, run through anything that shows a string, has to come out as
text: no script runs, no element appears that was not made for it, no request
goes out.
"""

from __future__ import annotations

__all__ = ["HOSTILE", "KEYS", "MARK", "SURROGATES"]

MARK = "__pwned"
"""What a script would set on ``window``, if one ran."""

_RUN = f"window.{MARK}=1"

HOSTILE = (
    # Markup
    f"</script><script>{_RUN}</script>",
    f"<script>{_RUN}</script>",
    f"<img src=x onerror={_RUN}>",
    '<img src="http://127.0.0.1:9/leak.png">',
    f"<svg onload={_RUN}></svg>",
    f"<svg><animate onbegin={_RUN} attributeName=x dur=1s>",
    f"<iframe srcdoc='<script>parent.{MARK}=1</script>'></iframe>",
    f"<body onload={_RUN}>",
    f"<input autofocus onfocus={_RUN}>",
    f"<details open ontoggle={_RUN}>x</details>",
    f'<a href="javascript:{_RUN}">a link</a>',
    f"<math><mtext></table><img src=x onerror={_RUN}>",
    f"</summary></details></li></ul></div><script>{_RUN}</script>",
    f"</textarea></select></option></title></style><script>{_RUN}</script>",
    f"<!--><script>{_RUN}</script>-->",
    f"<![CDATA[<script>{_RUN}</script>]]>",
    "<style>* { display: none !important }</style>",
    "<base href='http://127.0.0.1:9/'>",
    "<meta http-equiv=refresh content='0;url=http://127.0.0.1:9/'>",
    "&lt;b&gt; &#60;script&#62; &amp;amp;",
    # Addresses
    f"javascript:{_RUN}",
    f"JaVaScRiPt:{_RUN}//",
    f"data:text/html,<script>{_RUN}</script>",
    "http://127.0.0.1:9/fetched",
    # Quotes, and what ends a string in some language
    f'" onmouseover="{_RUN}" x="',
    f"' onmouseover='{_RUN}' x='",
    f"`${{{_RUN}}}`",
    f"${{{_RUN}}}",
    f'\\"+({_RUN})+\\"',
    f"'); {_RUN}; ('",
    f"*/ {_RUN} /*",
    "\\",
    '"',
    # Templates and formats
    "{{.input}}",
    "{{ 7 * 7 }}",
    "{% raw %}{{ x }}",
    "%s %d %n %(name)s {0} {name!r}",
    "$(reboot) `reboot` ; rm -rf /",
    # Names that mean something to JavaScript, or to Python
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "__class__",
    "__init__",
    "length",
    "~all",
    "~s0",
    "~-x",
    # Notation
    "$\\href{javascript:alert(1)}{x}$ \\(x^2\\) $$\\frac12$$",
    f"[a](javascript:{_RUN})",
    "![i](http://127.0.0.1:9/i.png)",
    f"<div markdown=1><script>{_RUN}</script></div>",
    "# A heading\n\n```\n</code></pre>\n```",
    # What cannot be seen, or turns what can be
    "".join(map(chr, range(32))) + "\x7f\x80\x9f",
    "a\0b",
    "\x1b[31mred\x1b[0m\x1b]0;title\x07\x1b[2J",
    "\u202egnp.exe",
    "\u2066left\u2069 \u2067right\u2069 \u200e\u200f\u061c",
    "zero\u200bwidth\u200c\u200d\ufeff\u2060",
    "two\u2028lines\u2029here",
    "Z" + "\u0301\u0302\u0303" * 40,
    "\ufffe\uffff\U0010ffff",
    "\U000e0041\U000e0042 tags",
    "مرحبا שלום hello",
    "👩‍👩‍👧‍👦🏳️‍🌈",
    # Sizes and shapes
    "",
    " ",
    " \t ",
    "\n",
    "a\r\nb\rc",
    "x" * 20_000,
    "/" * 300,
    "/a/../../b~0~1",
    "null",
    "NaN",
    "1e999",
    "-0",
    "9007199254740993",
)

KEYS = tuple(dict.fromkeys(each for each in HOSTILE if each))
"""The same as keys: each once."""

SURROGATES = ("\udc80", "\ud800x", "a\udfff<img>")
"""Halves of characters: a Python string may hold them, and neither a message nor a file."""
