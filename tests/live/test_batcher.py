"""One batch for everybody, the newest of a channel, and nothing for whom does not listen."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pytest

from explorer.live.batcher import FAILED, Batcher
from explorer.live.protocol import Decode, Header, Item, Kind, Request
from explorer.live.replies import Error, Reply

PATIENCE = 60.0


@dataclass(eq=False)
class Echo:
    """Answers each request with its number; ``gate`` holds every batch back."""

    most_rows: int = 100
    batches: list[list[str]] = field(default_factory=list)
    threads: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.gate, self.started = threading.Event(), threading.Semaphore(0)
        self.gate.set()

    def answer(self, requests: Sequence[Request]) -> Sequence[Reply]:
        self.threads.add(threading.get_ident())
        self.batches.append([_name(request) for request in requests])
        self.started.release()
        assert self.gate.wait(PATIENCE)
        if "666" in self.batches[-1]:
            raise RuntimeError("a fault")
        return [Error(_name(request)) for request in requests]


@dataclass(eq=False)
class Listener:
    """Collects answers; not ``ready`` is a client that does not read."""

    ready: bool = True
    heard: list[tuple[int, str]] = field(default_factory=list)

    def deliver(self, header: Header, reply: Reply) -> None:
        assert isinstance(reply, Error)
        self.heard.append((header.channel, reply.message))


def _name(request: Request) -> str:
    if isinstance(request, Item):
        return str(request.index)
    assert isinstance(request, Decode)
    return f"{len(request.z)} rows"


def rows(count: int) -> Decode:
    return Decode(np.zeros((count, 2), np.float32))


@dataclass
class Bench:
    batcher: Batcher
    model: Echo = field(default_factory=Echo)

    def ask(
        self,
        client: Listener,
        request: int | Decode,
        channel: int = 0,
        model: Echo | None = None,
    ) -> None:
        """Submit a request, a number being an item."""
        asked = Item(request) if isinstance(request, int) else request
        header = Header(Kind.ITEM, 1, 0, channel)
        self.batcher.submit(model or self.model, client, header, asked)

    async def busy(self) -> Listener:
        """Have the model work on a request, so that what comes now waits."""
        client = Listener()
        self.model.gate.clear()
        self.ask(client, 0)
        assert await asyncio.to_thread(self.model.started.acquire, timeout=PATIENCE)
        return client


def playing(scene: Callable[[Bench], Awaitable[None]], wait: float = 0.0) -> Bench:
    """Play a scene on a loop of its own."""

    async def play() -> Bench:
        with ThreadPoolExecutor(2) as workers:
            bench = Bench(Batcher(workers, wait))
            try:
                await scene(bench)
            finally:
                bench.model.gate.set()
            return bench

    return asyncio.run(play())


async def until(condition: Callable[[], bool]) -> None:
    async def poll() -> None:
        while not condition():
            await asyncio.sleep(0.001)

    await asyncio.wait_for(poll(), PATIENCE)


def test_what_comes_while_the_model_works_is_one_batch() -> None:
    clients = [Listener() for _ in range(30)]

    async def scene(bench: Bench) -> None:
        await bench.busy()
        for number, client in enumerate(clients, start=1):
            bench.ask(client, number)
        bench.model.gate.set()
        await until(lambda: all(client.heard for client in clients))

    bench = playing(scene)
    assert bench.model.batches == [["0"], [str(number) for number in range(1, 31)]]
    assert [client.heard for client in clients] == [[(0, str(n))] for n in range(1, 31)]
    assert threading.get_ident() not in bench.model.threads


def test_the_newest_of_a_channel_replaces_what_waits() -> None:
    client, other = Listener(), Listener()

    async def scene(bench: Bench) -> None:
        await bench.busy()
        bench.ask(client, 1)
        bench.ask(other, 2)
        for number in range(3, 50):
            bench.ask(client, number)
        bench.ask(client, 50, channel=1)
        assert len(bench.batcher) == 3
        bench.model.gate.set()
        await until(lambda: len(client.heard) == 2)

    bench = playing(scene)
    # It kept its turn, so a hand that never rests is served like any other.
    assert bench.model.batches[1] == ["49", "2", "50"]
    assert client.heard == [(0, "49"), (1, "50")]


def test_a_request_that_is_being_answered_is_answered() -> None:
    async def scene(bench: Bench) -> None:
        client = await bench.busy()
        bench.ask(client, 1)
        bench.model.gate.set()
        await until(lambda: client.heard == [(0, "0"), (0, "1")])

    playing(scene)


def test_a_newer_request_to_another_model_replaces_too() -> None:
    client, second = Listener(), Echo()

    async def scene(bench: Bench) -> None:
        await bench.busy()
        bench.ask(client, 1)
        bench.ask(client, 2, model=second)
        await until(lambda: bool(client.heard))
        bench.model.gate.set()
        await until(lambda: len(bench.batcher) == 0)

    bench = playing(scene)
    assert bench.model.batches == [["0"]]
    assert second.batches == [["2"]]


def test_nothing_is_made_for_a_client_that_does_not_read() -> None:
    slow, quick = Listener(ready=False), Listener()

    async def scene(bench: Bench) -> None:
        for number in range(1, 100):
            bench.ask(slow, number, channel=number % 3)
        assert len(bench.batcher) == 3
        bench.ask(quick, 100)
        await until(lambda: bool(quick.heard))
        assert bench.model.batches == [["100"]]
        slow.ready = True
        bench.batcher.resume(slow)
        await until(lambda: len(slow.heard) == 3)

    bench = playing(scene)
    assert bench.model.batches[1] == ["97", "98", "99"]


def test_what_a_client_waited_for_goes_with_it() -> None:
    client, other = Listener(), Listener()

    async def scene(bench: Bench) -> None:
        await bench.busy()
        for channel in range(5):
            bench.ask(client, channel + 1, channel)
        bench.ask(other, 9)
        bench.batcher.forget(client)
        assert len(bench.batcher) == 1
        bench.model.gate.set()
        await until(lambda: bool(other.heard))

    assert playing(scene).model.batches[1] == ["9"]


def test_a_fault_is_an_error_for_the_batch_and_the_server_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = Listener()

    async def scene(bench: Bench) -> None:
        bench.ask(client, 666)
        await until(lambda: bool(client.heard))
        bench.ask(client, 1)
        await until(lambda: len(client.heard) == 2)

    playing(scene)
    assert client.heard == [(0, FAILED), (0, "1")]
    assert "a fault" in caplog.text, "nobody would know why"


def test_nobody_takes_a_batch_for_himself() -> None:
    """As many rows as fit; the first of every client comes before the second of any."""
    greedy, others = Listener(), [Listener() for _ in range(3)]

    async def scene(bench: Bench) -> None:
        bench.model.most_rows = 10
        await bench.busy()
        for channel in range(4):
            bench.ask(greedy, rows(6), channel)
        for number, client in enumerate(others, start=1):
            bench.ask(client, number)
        bench.model.gate.set()
        await until(lambda: len(greedy.heard) == 4)

    batches = playing(scene).model.batches[1:]
    assert batches == [["6 rows", "1", "2", "3"], ["6 rows"], ["6 rows"], ["6 rows"]]


def test_a_request_of_more_rows_than_a_batch_is_a_batch_of_its_own() -> None:
    client = Listener()

    async def scene(bench: Bench) -> None:
        bench.model.most_rows = 10
        bench.ask(client, rows(50))
        await until(lambda: bool(client.heard))

    assert playing(scene).model.batches == [["50 rows"]]


def test_models_answer_at_the_same_time() -> None:
    client, second = Listener(), Echo()

    async def scene(bench: Bench) -> None:
        await bench.busy()
        bench.ask(client, 1, model=second)
        await until(lambda: bool(client.heard))

    assert playing(scene).model.batches == [["0"]]


def test_a_lone_client_does_not_wait() -> None:
    client = Listener()

    async def scene(bench: Bench) -> None:
        for number in range(5):
            bench.ask(client, number)
            await until(lambda number=number: len(client.heard) > number)  # type: ignore[misc]

    # Were it to wait, it would be for longer than the test has patience.
    playing(scene, wait=10 * PATIENCE)


def test_a_request_waits_for_the_company_that_there_was_but_not_for_ever() -> None:
    one, other = Listener(), Listener()

    async def scene(bench: Bench) -> None:
        await bench.busy()
        bench.ask(one, 1)
        bench.ask(other, 2)
        bench.model.gate.set()
        await until(lambda: bool(one.heard and other.heard))
        # The last batch was of two: the first to come waits for the second …
        bench.ask(one, 3)
        assert len(bench.batcher) == 1
        bench.ask(other, 4)
        await until(lambda: len(one.heard) == len(other.heard) == 2)
        # … but is answered in the end if nobody comes.
        bench.ask(one, 5)
        assert len(bench.batcher) == 1
        await until(lambda: len(one.heard) == 3)

    assert playing(scene, wait=0.2).model.batches[1:] == [["1", "2"], ["3", "4"], ["5"]]


def test_a_model_that_nobody_uses_is_let_go() -> None:
    import gc
    import weakref

    async def scene(bench: Bench) -> None:
        client, model = Listener(), Echo()
        bench.ask(client, 1, model=model)
        await until(lambda: bool(client.heard))
        gone = weakref.ref(model)
        del model
        await asyncio.sleep(0)
        gc.collect()
        assert gone() is None

    playing(scene)
