"""Have the browser load the canvas's code before the first map arrives.

Named in the page itself, it is there while the server still runs the page, instead of after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class PreloadMiddleware:
    """Put `<script type="module" src=address>` at the end of the head of every HTML answer.

    `address` is relative to the page's, so that the app works below any path.
    """

    def __init__(self, app: ASGIApp, address: str) -> None:
        self.app = app
        self.script = f'<script type="module" src="{address}"></script></head>'.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the inner application does, with the script added to HTML."""
        start: Message | None = None
        body = b""

        async def send_with_script(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start" and _is_plain_html(message):
                start = message
            elif start is None:
                await send(message)
            else:
                body += message.get("body", b"")
                if not message.get("more_body", False):
                    body = body.replace(b"</head>", self.script, 1)
                    headers = [(k, v) for k, v in start["headers"] if k != b"content-length"]
                    length = (b"content-length", str(len(body)).encode())
                    await send({**start, "headers": [*headers, length]})
                    await send({**message, "body": body})

        await self.app(scope, receive, send_with_script if scope["type"] == "http" else send)


def _is_plain_html(message: Message) -> bool:
    headers = dict(message.get("headers", []))
    return (
        message["status"] == 200
        and headers.get(b"content-type", b"").startswith(b"text/html")
        and b"content-encoding" not in headers
    )
