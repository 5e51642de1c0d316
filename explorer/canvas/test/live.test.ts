import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { LiveClient, type Socket, socketUrl, type State, type World } from "../src/live";
import { askItem } from "../src/asks";

/** A world whose clock and network the test moves by hand. */
class Play implements World {
  sockets: Wire[] = [];
  timers: { run: () => void; wait: number; over: boolean }[] = [];

  connect(url: string): Socket {
    const wire = new Wire(url);
    this.sockets.push(wire);
    return wire;
  }

  later(run: () => void, wait: number): () => void {
    const timer = { run, wait, over: false };
    this.timers.push(timer);
    return () => {
      timer.over = true;
    };
  }

  random(): number {
    return 0.5;
  }

  /** Run the timers that are due, those of at most `wait` milliseconds. */
  pass(wait: number): void {
    for (const timer of this.timers.filter((one) => !one.over && one.wait <= wait)) {
      timer.over = true;
      timer.run();
    }
  }

  get wire(): Wire {
    return this.sockets[this.sockets.length - 1];
  }
}

class Wire implements Socket {
  binaryType = "";
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  sent: DataView[] = [];

  constructor(readonly url: string) {}

  send(data: ArrayBuffer): void {
    this.sent.push(new DataView(data));
  }

  close(): void {
    this.onclose?.();
  }

  hello(): void {
    this.onopen?.();
    this.onmessage?.({ data: reply("hello", 5, 0, 0) });
  }

  /** Answer the frame that was sent as number `which`, from the back. */
  answer(which = this.sent.length - 1): void {
    const frame = this.sent[which];
    this.onmessage?.({ data: reply("item", 5, frame.getUint32(4, true), frame.getUint8(8)) });
  }
}

const vectors: { answered: Record<string, string> } = JSON.parse(
  readFileSync(new URL("./protocol.json", import.meta.url), "utf-8"),
);

function reply(name: string, handle: number, request: number, channel: number): ArrayBuffer {
  const bytes = Uint8Array.from(vectors.answered[name].match(/../g) ?? [], (pair) =>
    Number.parseInt(pair, 16),
  );
  const view = new DataView(bytes.buffer);
  view.setUint16(2, handle, true);
  view.setUint32(4, request, true);
  view.setUint8(8, channel);
  return bytes.buffer;
}

function live(): { play: Play; client: LiveClient; states: State[] } {
  const play = new Play();
  const client = new LiveClient("ws://x/live", "digits", play);
  const states: State[] = [];
  client.onState((state) => states.push(state));
  play.wire.hello();
  return { play, client, states };
}

const item = (index: number) => (to: Parameters<typeof askItem>[0]) => askItem(to, index);
const indexOf = (frame: DataView): number => frame.getUint32(12, true);

test("opening asks for the model and takes the handle of the answer", async () => {
  const { play, client, states } = live();
  expect(new TextDecoder().decode(play.wire.sent[0].buffer.slice(12))).toBe("digits");
  expect(states).toEqual(["connecting", "live"]);
  expect(client.hello?.items).toBe(1797);
  const asked = client.ask(0, item(3));
  expect(play.wire.sent[1].getUint16(2, true)).toBe(5);
  play.wire.answer();
  expect(await asked).toMatchObject({ kind: "item", label: "3" });
});

describe("while an answer is awaited", () => {
  test("only the newest request waits, and goes out next", async () => {
    const { play, client } = live();
    const asked = [1, 2, 3, 4].map((index) => client.ask(0, item(index)));
    expect(play.wire.sent).toHaveLength(2);
    play.wire.answer();
    expect(play.wire.sent).toHaveLength(3);
    expect(indexOf(play.wire.sent[2])).toBe(4);
    play.wire.answer();
    const kinds = (await Promise.all(asked)).map((answer) => answer?.kind ?? null);
    expect(kinds).toEqual(["item", null, null, "item"]);
  });

  test("another channel is not held up", () => {
    const { play, client } = live();
    void client.ask(0, item(1));
    void client.ask(1, item(2));
    expect(play.wire.sent.slice(1).map(indexOf)).toEqual([1, 2]);
  });

  test("an answer to something else is left aside", async () => {
    const { play, client } = live();
    const asked = client.ask(0, item(1));
    play.wire.onmessage?.({ data: reply("item", 5, 999, 0) });
    play.wire.answer();
    expect(await asked).not.toBeNull();
  });

  test("one that never comes frees its channel in the end", async () => {
    const { play, client } = live();
    const lost = client.ask(0, item(1));
    const next = client.ask(0, item(2));
    play.pass(4_000);
    expect(await lost).toBeNull();
    expect(indexOf(play.wire.sent[2])).toBe(2);
    play.wire.answer();
    expect(await next).not.toBeNull();
  });
});

describe("when the connection is lost", () => {
  test("what was asked is answered by nothing, and it comes back by itself", async () => {
    const { play, client, states } = live();
    const asked = [client.ask(0, item(1)), client.ask(0, item(2))];
    play.wire.close();
    expect(await Promise.all(asked)).toEqual([null, null]);
    expect(await client.ask(0, item(3))).toBeNull();
    play.pass(250);
    play.wire.hello();
    expect(states).toEqual(["connecting", "live", "reconnecting", "live"]);
    const again = client.ask(0, item(4));
    play.wire.answer();
    expect(await again).not.toBeNull();
  });

  test("it waits longer each time, within bounds, and says when it is offline", () => {
    const { play, states } = live();
    const waits: number[] = [];
    for (let attempt = 0; attempt < 12; attempt++) {
      play.wire.close();
      waits.push(play.timers[play.timers.length - 1].wait);
      play.pass(10_000);
    }
    expect(waits.slice(0, 4)).toEqual([250, 500, 1000, 2000]);
    expect(Math.max(...waits)).toBe(8000);
    expect(states).toEqual(["connecting", "live", "reconnecting", "offline"]);
    play.wire.hello();
    expect(states.at(-1)).toBe("live");
  });

  test("it tries at once when it is told to", () => {
    const { play, client } = live();
    play.wire.close();
    client.retry();
    expect(play.sockets).toHaveLength(2);
    play.pass(10_000);
    expect(play.sockets).toHaveLength(2);
  });
});

test("a server that speaks something else is left, not believed", () => {
  const { play, states } = live();
  play.wire.onmessage?.({ data: new ArrayBuffer(3) });
  expect(states.at(-1)).toBe("reconnecting");
});

test("a model that cannot be opened is not live", () => {
  const play = new Play();
  const client = new LiveClient("ws://x/live", "gone", play);
  play.wire.onopen?.();
  play.wire.onmessage?.({ data: reply("error", 0, 0, 0) });
  expect(client.state).toBe("reconnecting");
});

test("a closed client stays closed", async () => {
  const { play, client } = live();
  const asked = client.ask(0, item(1));
  client.close();
  expect(await asked).toBeNull();
  play.pass(60_000);
  client.retry();
  expect(play.sockets).toHaveLength(1);
});

test.each([
  ["http://h:8501/", "ws://h:8501/live?token=t"],
  ["https://h/base/path/", "wss://h/base/path/live?token=t"],
  ["http://h/decode?model=x", "ws://h/live?token=t"],
])("beside %s the socket is at %s", (base, expected) => {
  expect(socketUrl("/live", "t", base)).toBe(expected);
});
