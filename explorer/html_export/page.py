"""The HTML around what a file holds: it forbids itself the network, and runs one script only."""

from __future__ import annotations

import base64
import hashlib
import html
from functools import cache

from explorer.canvas import bundle

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Latentscape">
<title>{title}</title>
</head>
<body>
<noscript>This map decodes in the browser: allow JavaScript for this file.</noscript>
<p id="waiting" style="font-family: sans-serif; text-align: center">Unpacking the map…</p>
<script type="text/plain" id="content">{content}</script>
<script id="script">{script}</script>
</body>
</html>
"""


def page(title: str, content: str) -> bytes:
    """Return the whole file: `content` is letters of `sections`, `title` anybody's words."""
    script = _script()
    policy = "; ".join([
        "default-src 'none'",
        f"script-src 'sha256-{_digest(script)}'",
        "worker-src blob:",
        "style-src 'unsafe-inline'",
        "img-src data: blob:",
        "base-uri 'none'",
        "form-action 'none'",
    ])  # fmt: skip
    made = _PAGE.format(policy=policy, title=html.escape(title), content=content, script=script)
    return made.encode("utf-8", "replace")


@cache
def _script() -> str:
    """The script as it can stand within a page: nothing in it ends the element it stands in."""
    path = bundle.static_folder() / bundle.manifest()["standalone"]
    text = path.read_text(encoding="utf-8").strip().replace("\r\n", "\n")
    # In strings, templates and patterns the added stroke changes nothing.
    for words in ("</script", "<script", "<!--"):
        text = text.replace(words, f"<\\{words[1:]}")
    return text


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
