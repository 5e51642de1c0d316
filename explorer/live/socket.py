"""The WebSocket route: one connection's requests in, their answers out."""

from __future__ import annotations

import asyncio
import weakref
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
from starlette.responses import PlainTextResponse
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from explorer.live import guard
from explorer.live.answers import about, answer, most_rows
from explorer.live.batcher import Batcher
from explorer.live.models import Key, ModelStore
from explorer.live.protocol import MOST_REASON, Header, Open, ProtocolError, Request, parse_request
from explorer.live.replies import Error, Hello, Reply, pack_reply
from explorer.live.views import VIEWS
from vae_core.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch

    from vae_core.checkpoint import Run

MALFORMED, TOO_LARGE, TOO_MANY = 1002, 1009, 1008
# Models that a connection has open; the first opened make room.
MOST_OPEN, MOST_HANDLE = 16, 0xFFFF
# Decodes at a time, of different models.
WORKERS = 4


class OpenModel:
    """A model that connections have open. The run itself may make room in the store meanwhile."""

    def __init__(self, store: ModelStore, path: Path, content: str, most_rows: int) -> None:
        self.most_rows = most_rows
        self._store, self._path, self._content = store, path, content
        self._generator: torch.Generator | None = None

    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        """The answer to each request; one batch at a time."""
        import torch

        try:
            run = self._store.open(self._path, self._content)
        except UserError as error:
            return [Error(str(error))] * len(requests)
        device = run.model.device
        if self._generator is None or self._generator.device.type != device.type:
            self._generator = torch.Generator(device)
            self._generator.seed()
        return answer(run, requests, self._generator)


@dataclass
class LiveServer:
    """What all connections share.

    Args:
        locate: the folder and the content of a model id; raises a UserError where there is none.
        store: opened runs.
        tokens: who may connect.
    """

    locate: Callable[[str], Key]
    store: ModelStore
    tokens: guard.Tokens = field(default_factory=guard.Tokens)

    def __post_init__(self) -> None:
        self.seats = guard.Seats()
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="live")
        self.batcher = Batcher(self._workers)
        self._models: weakref.WeakValueDictionary[Key, OpenModel] = weakref.WeakValueDictionary()

    def route(self, path: str) -> WebSocketRoute:
        """The route that serves the socket at ``path``."""
        return WebSocketRoute(path, self._serve)

    def close(self) -> None:
        """Let the worker threads end."""
        self._workers.shutdown(wait=False, cancel_futures=True)

    async def open(self, model_id: str) -> tuple[OpenModel, Run]:
        """The model of that id, shared with whoever else has it open. Raises UserError."""
        key, run = await asyncio.to_thread(self._load, model_id)
        model = self._models.get(key)
        if model is None:
            model = self._models[key] = OpenModel(self.store, *key, most_rows=most_rows(run))
        # What fails here fails again, and is told, for who asks.
        self._workers.submit(VIEWS.prepare, run)
        return model, run

    def _load(self, model_id: str) -> tuple[Key, Run]:
        key = self.locate(model_id)
        return key, self.store.open(*key)

    async def _serve(self, websocket: WebSocket) -> None:
        session = self.tokens.session_of(websocket.query_params.get("token", ""))
        if session is None or not guard.same_origin(websocket.headers):
            await websocket.close()  # before it is accepted this is HTTP 403
            return
        if not self.seats.free(session):
            told = PlainTextResponse("Too many live connections; close a few tabs.", 503)
            await websocket.send_denial_response(told)
            return
        with self.seats.taken(session):
            await websocket.accept()
            await Connection(self, websocket).serve()


class Connection:
    """One client: reads its requests, and sends it answers as fast as it takes them."""

    def __init__(self, server: LiveServer, websocket: WebSocket) -> None:
        self._server, self._websocket = server, websocket
        self._outbox: deque[bytes] = deque()
        self._filled = asyncio.Event()
        self._models: OrderedDict[int, OpenModel] = OrderedDict()
        self._last_handle = 0

    @property
    def ready(self) -> bool:
        """Whether every answer has left: then, and only then, more are made for this client."""
        return not self._outbox

    def deliver(self, header: Header, reply: Reply) -> None:
        """Queue an answer to be sent."""
        self._outbox.append(pack_reply(header, reply))
        self._filled.set()

    async def serve(self) -> None:
        """Read and write until either side ends it."""
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._write)
                end = await self._read()
                tasks.cancel_scope.cancel()
        finally:
            self._server.batcher.forget(self)
        if end is not None:
            code, reason = end
            await self._websocket.close(code, reason.encode()[:MOST_REASON].decode(errors="ignore"))

    async def _read(self) -> tuple[int, str] | None:
        """Take requests until the client goes, or sends what ends the connection: code and why."""
        loop = asyncio.get_running_loop()
        limit = guard.RateLimit(loop.time())
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                return None
            frame = message.get("bytes")
            if frame is None:
                return MALFORMED, "Frames are binary."
            if len(frame) > guard.MOST_BYTES:
                return TOO_LARGE, f"A frame has at most {guard.MOST_BYTES} bytes."
            if not limit.allows(loop.time()):
                return TOO_MANY, f"At most {guard.MOST_RATE} messages a second."
            try:
                header, request = parse_request(frame)
            except ProtocolError as error:
                return MALFORMED, str(error)
            try:
                await self._take(header, request)
            except WebSocketDisconnect:
                return None

    async def _take(self, header: Header, request: Request) -> None:
        if isinstance(request, Open):
            await self._open(header, request)
        elif (model := self._models.get(header.handle)) is None:
            await self._send(header, Error("This handle is not open; open the model again."))
        else:
            self._server.batcher.submit(model, self, header, request)

    async def _open(self, header: Header, request: Open) -> None:
        try:
            model, run = await self._server.open(request.model)
        except UserError as error:
            await self._send(header, Error(str(error)))
            return
        self._last_handle = self._last_handle % MOST_HANDLE + 1
        self._models[self._last_handle] = model
        if len(self._models) > MOST_OPEN:
            self._models.popitem(last=False)
        opened = Header(header.kind, self._last_handle, header.request, header.channel)
        await self._send(opened, Hello(about(request.model, run)))

    async def _send(self, header: Header, reply: Reply) -> None:
        """Send at once, and read no more until it has left."""
        await self._websocket.send_bytes(pack_reply(header, reply))

    async def _write(self) -> None:
        while True:
            await self._filled.wait()
            self._filled.clear()
            while self._outbox:
                # A slow client blocks here, and what it asks for meanwhile replaces what waits.
                try:
                    await self._websocket.send_bytes(self._outbox[0])
                except WebSocketDisconnect:
                    return  # the reader hears of it too
                self._outbox.popleft()
            self._server.batcher.resume(self)
