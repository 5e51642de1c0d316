"""The ASGI application: Streamlit and the live socket under uvicorn; `latentscape` starts it.

uvicorn binds the port itself, because its own sockets get TCP_NODELAY; without it small answers
wait about 40 ms. Under a console command Streamlit finds no `config.toml`, so it is read here.
"""

from __future__ import annotations

import errno
import gc
import importlib
import os
import signal
import socket
import sys
import threading
import tomllib
import webbrowser
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from explorer import paths
from explorer.live.guard import ENTRANCE, Door
from explorer.preload import PreloadMiddleware
from explorer.slots import slots
from vae_core.errors import UserError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from explorer.live.socket import LiveServer

DEFAULT_PORT = 8501
DEFAULT_ADDRESS = "127.0.0.1"
# The path of the live socket, relative to the app's own address.
LIVE = "live"
SWITCH_SECONDS = 0.0005
# In the order in which a first page asks for them; the first brings torch.
NEEDED_FIRST = ("vae_core.checkpoint", "pyarrow.parquet", "pandas", "plotly.subplots")


class PortError(UserError, RuntimeError):
    """The server cannot listen where it was told to; the message is one sentence for people."""


def serve(
    port: int = DEFAULT_PORT,
    address: str = DEFAULT_ADDRESS,
    open_browser: bool = True,
    secret: bytes | None = None,
) -> None:
    """Serve the explorer at http://address:port until it is interrupted.

    Args:
        port, address: where to listen.
        open_browser: whether to show it at once.
        secret: signs the tokens of the live socket, for programs that are to have one without a
            page; drawn anew by default.

    Raises:
        PortError: the port is taken, not permitted, or the address is not one of this machine.
        SlotsError: the setting of how many jobs may run is no such number.
    """
    check_port(port, address)
    slots()  # told before anything is loaded
    # A decode is too small to share out, and torch's threads would compete with the answers.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # A thread that runs Python keeps others waiting this long each time they want a turn. Writing
    # a sentence takes hundreds of turns: beside a page that runs, 0.43 s at Python's 5 ms.
    sys.setswitchinterval(SWITCH_SECONDS)
    import streamlit as st
    import uvicorn
    from starlette.middleware import Middleware
    from streamlit.web import bootstrap

    # The app's own modules too, while there is one thread: two that imported at the same time, on a
    # busy machine, were seen to fail.
    from explorer import catalogue, jobs, model_bar, style  # noqa: F401
    from explorer.canvas import bundle, keeper  # noqa: F401
    from explorer.live.guard import Tokens
    from explorer.live.socket import LiveServer

    chosen = options(port, address)
    bootstrap.load_config_options(chosen)
    # Streamlit hands sys.argv to scripts; our own flags are none of their business.
    sys.argv = [str(paths.app_script())]
    jobs.jobs_in(paths.runs_folder())  # what an earlier server left queued goes on without a page
    live = LiveServer(catalogue.locate, catalogue.RUNS, Tokens(secret))
    application = st.App(
        paths.app_script(),
        routes=[live.route(live_path(chosen))],
        lifespan=_lifespan(_url(port, address), open_browser, live),
        middleware=[Middleware(PreloadMiddleware, address=bundle.address())],
    )
    config = uvicorn.Config(
        application,
        host=address,
        port=port,
        loop="auto",  # uvloop, where there is one
        ws="websockets-sansio",
        ws_ping_interval=30,
        ws_ping_timeout=30,
        ws_per_message_deflate=False,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=2,
    )
    # uvicorn stops by itself and then raises the signal again: end as a program does, with its
    # exit handlers (they end trainings), instead of being killed or showing a traceback.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run()


def options(port: int, address: str) -> dict[str, Any]:
    """Return Streamlit's options: those of our `config.toml`, flattened, and where to listen."""
    file = paths.config_file()
    sections = tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return {
        **_flattened(sections),
        "browser.gatherUsageStats": False,
        "server.enableStaticServing": True,
        "server.port": port,
        "server.address": address,
        "server.headless": True,
        "browser.serverPort": port,
    }


def live_path(chosen: dict[str, Any]) -> str:
    """Return where the live socket is served, below the base path of the app, if it has one."""
    base = str(chosen.get("server.baseUrlPath", "")).strip("/")
    return f"/{base}/{LIVE}" if base else f"/{LIVE}"


def check_port(port: int, address: str) -> None:
    """Bind the port and let it go again, so that a taken one is told before anything is loaded.

    Raises:
        PortError: it cannot be bound; says which port and what to do.
    """
    if not 1 <= port <= 65_535:
        raise PortError(f"Port {port} does not exist: choose one from 1024 to 65535 with --port.")
    try:
        found = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, place = found[0]
        with socket.socket(family, kind, protocol) as probe:
            if sys.platform != "win32":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as error:
        raise PortError(_why(error, port, address)) from error


def _why(error: OSError, port: int, address: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is already in use, perhaps by another Latentscape: open "
            f"{_url(port, address)}, or choose another port with --port {port + 1}."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} needs special rights: choose one above 1023, such as --port 8501."
    return f'Cannot listen on "{address}": it is no address of this machine; try 127.0.0.1.'


def _url(port: int, address: str) -> str:
    shown = "localhost" if address in ("127.0.0.1", "0.0.0.0", "::", "::1", "") else address
    return f"http://{shown}:{port}"


def _flattened(section: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in section.items():
        if isinstance(value, dict):
            flat |= _flattened(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = value
    return flat


def _lifespan(url: str, open_browser: bool, live: LiveServer) -> Any:
    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[dict[str, Any] | None]:
        sys.stdout.write(f"Latentscape is at {url} (stop it with Ctrl+C)\n")
        sys.stdout.flush()
        threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()
        if open_browser:
            threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
        ENTRANCE.open(Door(LIVE, live.tokens))
        try:
            yield None
        finally:
            ENTRANCE.close()
            live.close()

    return lifespan


def _warm_up() -> None:
    """Import what the first page needs while the browser is still loading its own scripts."""
    for name in NEEDED_FIRST:
        importlib.import_module(name)
    # Streamlit collects garbage after every rerun. What is imported by now lives for ever; unless
    # it is set aside, each of those collections looks through it for about 100 ms.
    gc.collect()
    gc.freeze()
