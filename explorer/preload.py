"""Ask the browser for the chart library before the page names it.

The library is Streamlit's largest file, and the page asks for it only when the first chart arrives.
A `Link` header lets the browser fetch and compile it while the server still imports torch.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


def chart_library() -> str | None:
    """Return the address of Streamlit's Plotly bundle, or None where it is not found."""
    import streamlit

    scripts = Path(streamlit.__file__).parent / "static" / "static" / "js"
    found = sorted(scripts.glob("PlotlyChart.*.js"))
    return f"/static/js/{found[0].name}" if found else None


class PreloadMiddleware:
    """Add `Link: <address>; rel=modulepreload` to every HTML answer."""

    def __init__(self, app: ASGIApp, address: str) -> None:
        self.app = app
        self.link = (b"link", f"<{address}>; rel=modulepreload".encode("ascii"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the inner application does, with the header added to HTML."""

        async def send_with_link(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.setdefault("headers", [])
                if any(k == b"content-type" and v.startswith(b"text/html") for k, v in headers):
                    message["headers"] = [*headers, self.link]
            await send(message)

        await self.app(scope, receive, send_with_link if scope["type"] == "http" else send)
