"""What browser tests do on a map that was taken away: open it, and ask what decodes within it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from explorer.live.protocol import Request, pack_request
from tests.browser.on_the_map import PATIENCE

# Sends a frame of the live socket's own protocol from the page, and gives back what is answered.
ASK = """async ([bytes, channel]) => {
  const client = document.querySelector('.map').latentMap.live();
  const reply = await client.ask(channel, (to) => {
    const view = new DataView(Uint8Array.from(bytes).buffer);
    view.setUint16(2, to.handle, true);
    view.setUint32(4, to.request, true);
    view.setUint8(8, to.channel);
    return view.buffer;
  });
  return JSON.parse(JSON.stringify(reply, (_, value) =>
    ArrayBuffer.isView(value) ? [...value] : value));
}"""


def open_file(page: Page, file: Path) -> None:
    """Open a file from disk; return when its points are drawn and it decodes."""
    page.goto(file.as_uri())
    page.locator(".map .layers[data-drawn]").wait_for(state="attached", timeout=PATIENCE)
    status = page.locator(".map .status")
    expect(status).to_have_attribute("data-state", "live", timeout=PATIENCE)


def ask(page: Page, request: Request, channel: int = 100) -> dict[str, Any]:
    """Ask as the map does; return the answer as JSON has it."""
    reply: dict[str, Any] = page.evaluate(ASK, [list(pack_request(request)), channel])
    assert reply is not None, "the page gave no answer"
    return reply
