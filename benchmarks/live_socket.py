"""Milliseconds from a sent latent point to its decoded answer, over raw sockets.

    python -m benchmarks.live_socket
    python -m benchmarks.live_socket --clients 30 --hz 30 --model digits --seconds 600

Without --model: one pointer and a class of thirty, on digits and on sentences. The server is the
one that `latentscape` starts, in a process of its own; all clients are in this one. Other programs
on the machine make every figure worse. An answer to a request that a newer one has replaced never
comes: the share that was answered stands beside the times.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

from benchmarks.alternating import BUSY, print_table
from explorer.live.protocol import Decode, Open, pack_request
from explorer.live.replies import Error, Hello, parse_reply
from tests.live.served import LiveProcess, live_server

LAST_ANSWERS = 1.0
# Not measured: the first decodes of a model take longer.
WARM_UP = 2.0


@dataclass(frozen=True)
class Load:
    """Clients that each send one latent point ``hz`` times a second."""

    model: str
    clients: int
    hz: float


STANDARD = (
    Load("digits", 1, 60),
    Load("sentences", 1, 20),
    Load("digits", 30, 30),
    Load("sentences", 30, 10),
)
# Not reported: a new server is still importing what pages need.
FIRST = Load("digits", 1, 30)


@dataclass
class Seen:
    """What all clients measured between two moments; milliseconds."""

    began: float
    end: float
    sent: int = 0
    times: list[float] = field(default_factory=list)

    def row(self, load: Load, memory: list[float]) -> list[str]:
        if len(self.times) < 2:
            raise SystemExit("The server answered nothing: let other programs end and try again.")
        cuts = statistics.quantiles(self.times, n=100, method="inclusive")
        return [
            f"{load.model}, {load.clients} × {load.hz:g} Hz",
            *(f"{value:.1f}" for value in (cuts[49], cuts[94], cuts[98], max(self.times))),
            f"{len(self.times) / self.sent:.1%}",
            f"{memory[0]:.0f} → {memory[-1]:.0f}" if memory else "unknown",
        ]


HEADS = ("load", "p50", "p95", "p99", "max", "answered", "server MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", help="a model's id, as in ?model=")
    parser.add_argument("--clients", type=int, default=30)
    parser.add_argument("--hz", type=float, default=30.0)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each load")
    chosen = parser.parse_args()
    one = chosen.model and (Load(chosen.model, chosen.clients, chosen.hz),)
    if hasattr(os, "getloadavg") and os.getloadavg()[0] > BUSY:
        print(f"Other programs are running (load {os.getloadavg()[0]:.1f}): too slow a picture.")
    with tempfile.TemporaryDirectory() as folder, live_server(Path(folder)) as server:
        asyncio.run(_measure(server, FIRST, 5))
        rows = [asyncio.run(_measure(server, load, chosen.seconds)) for load in one or STANDARD]
    print_table(HEADS, rows)


async def _measure(server: LiveProcess, load: Load, seconds: float) -> list[str]:
    began = time.perf_counter() + WARM_UP
    seen = Seen(began, began + seconds)
    clients = (_client(server, load, number, seen) for number in range(load.clients))
    memory, *_ = await asyncio.gather(_memory(server.process.pid, seen), *clients)
    return seen.row(load, memory)


async def _client(server: LiveProcess, load: Load, number: int, seen: Seen) -> None:
    # A session has few connections: every client is a session of its own.
    token = server.tokens.issue(str(number))
    place = f"127.0.0.1:{server.port}"
    async with connect(
        f"ws://{place}/live?token={token}", origin=Origin(f"http://{place}"), compression=None
    ) as socket:
        await socket.send(pack_request(Open(load.model)))
        header, hello = parse_reply(await socket.recv(decode=False))
        if not isinstance(hello, Hello):
            raise SystemExit(f"{load.model} cannot be opened: {hello}")
        sent: dict[int, float] = {}
        reader = asyncio.create_task(_read(socket, sent, seen))
        walk = _walk(hello.about["dim"], number)
        # Hands do not move in step.
        next_move = time.perf_counter() + number / (load.clients * load.hz)
        for request, z in enumerate(walk):
            await asyncio.sleep(next_move - time.perf_counter())
            if next_move > seen.end or reader.done():
                break
            sent[request] = time.perf_counter()
            await socket.send(pack_request(Decode(z), handle=header.handle, number=request))
            next_move += 1 / load.hz
        await asyncio.sleep(LAST_ANSWERS)
        seen.sent += sum(seen.began <= moment for moment in sent.values())
        reader.cancel()
        with suppress(asyncio.CancelledError):
            await reader


def _walk(dim: int, seed: int) -> Iterator[np.ndarray[Any, np.dtype[np.float32]]]:
    """A path through the latent space that stays where the items are, (1, dim) a step."""
    generator = np.random.default_rng(seed)
    z = generator.standard_normal((1, dim))
    while True:
        z = 0.98 * z + 0.2 * generator.standard_normal((1, dim))
        yield z.astype(np.float32)


async def _read(socket: ClientConnection, sent: dict[int, float], seen: Seen) -> None:
    while True:
        header, reply = parse_reply(await socket.recv(decode=False))
        now = time.perf_counter()
        if isinstance(reply, Error):
            raise SystemExit(reply.message)
        moment = sent[header.request]
        if moment >= seen.began:
            seen.times.append(1000 * (now - moment))


async def _memory(process: int, seen: Seen) -> list[float]:
    """What the server holds in memory, MB, once a second; nothing where Linux does not tell."""
    status = Path(f"/proc/{process}/status")
    found: list[float] = []
    while time.perf_counter() < seen.end:
        await asyncio.sleep(1)
        if status.exists() and time.perf_counter() > seen.began:
            lines = status.read_text().splitlines()
            found += [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")]
    return found


if __name__ == "__main__":
    main()
