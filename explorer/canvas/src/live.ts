/**
 * The live socket: one connection a page, newest request first, back again by itself.
 *
 * At most one request a channel is under way and one waits; a newer one takes the waiting one's
 * place. So a slow server or network costs frames, never a growing queue.
 */
import { askOpen } from "./asks";
import { type Address, type Hello, readFrame, type Reply } from "./protocol";

export type State = "connecting" | "live" | "reconnecting" | "offline";

/** What the client needs of the world; tests give it another. */
export interface World {
  connect(url: string): Socket;
  later(run: () => void, milliseconds: number): () => void;
  random(): number;
}

export interface Socket {
  binaryType: string;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
  send(data: ArrayBuffer): void;
  close(): void;
}

type Build = (to: Address) => ArrayBuffer;

interface Asked {
  build: Build;
  answer: (reply: Reply | null) => void;
}

interface Line {
  under: (Asked & { request: number; expire: () => void }) | null;
  waiting: Asked | null;
}

const FIRST_WAIT = 250;
const LONGEST_WAIT = 8_000;
/** So many vain attempts until "reconnecting" becomes "offline"; it goes on trying. */
const PATIENCE = 4;
/** A request that is not answered in this time is given up, so that its channel is free again. */
const ANSWER_TIME = 4_000;

export const browser: World = {
  connect: (url) => new WebSocket(url) as unknown as Socket,
  later: (run, milliseconds) => {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};

export class LiveClient {
  state: State = "connecting";
  hello: Hello | null = null;
  private handle = 0;
  private counter = 0;
  private failures = 0;
  private socket: Socket | null = null;
  private cancelRetry: () => void = () => undefined;
  private closed = false;
  private readonly lines = new Map<number, Line>();
  private readonly listeners = new Set<(state: State) => void>();

  constructor(
    readonly url: string,
    readonly model: string,
    private readonly world: World = browser,
  ) {
    this.connect();
  }

  /** Hear of every change of state, and of the present one at once; returns how to stop. */
  onState(listener: (state: State) => void): () => void {
    this.listeners.add(listener);
    listener(this.state);
    return () => this.listeners.delete(listener);
  }

  /** Ask on a channel; null where a newer request took its place or the connection was lost. */
  ask(channel: number, build: Build): Promise<Reply | null> {
    return new Promise((answer) => {
      if (this.closed || this.state !== "live") {
        answer(null);
        return;
      }
      const line = this.line(channel);
      line.waiting?.answer(null);
      line.waiting = { build, answer };
      this.send(channel);
    });
  }

  /** Try again now, as when the network is back. */
  retry(): void {
    if (this.socket || this.closed) return;
    this.cancelRetry();
    this.connect();
  }

  close(): void {
    this.closed = true;
    this.cancelRetry();
    this.socket?.close();
    this.dropped();
    this.listeners.clear();
  }

  private line(channel: number): Line {
    let line = this.lines.get(channel);
    if (!line) this.lines.set(channel, (line = { under: null, waiting: null }));
    return line;
  }

  private send(channel: number): void {
    const line = this.line(channel);
    if (line.under || !line.waiting || !this.socket) return;
    const asked = line.waiting;
    line.waiting = null;
    const request = (this.counter = (this.counter + 1) >>> 0);
    const expire = this.world.later(() => this.settle(channel, request, null), ANSWER_TIME);
    line.under = { ...asked, request, expire };
    this.socket.send(asked.build({ handle: this.handle, request, channel }));
  }

  private settle(channel: number, request: number, reply: Reply | null): void {
    const line = this.line(channel);
    if (line.under?.request !== request) return;
    const { answer, expire } = line.under;
    expire();
    line.under = null;
    this.send(channel);
    answer(reply);
  }

  private connect(): void {
    const socket = this.world.connect(this.url);
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () =>
      socket.send(askOpen({ handle: 0, request: 0, channel: 0 }, this.model));
    socket.onmessage = ({ data }) => this.receive(socket, data);
    socket.onclose = () => {
      if (this.socket === socket) this.lost();
    };
  }

  private receive(socket: Socket, data: unknown): void {
    if (this.socket !== socket || !(data instanceof ArrayBuffer)) return;
    let frame: ReturnType<typeof readFrame>;
    try {
      frame = readFrame(data);
    } catch {
      // Somebody else is speaking there: start anew rather than guess.
      socket.close();
      return;
    }
    const { to, reply } = frame;
    if (to.request === 0) this.opened(to.handle, reply, socket);
    else this.settle(to.channel, to.request, reply);
  }

  private opened(handle: number, reply: Reply, socket: Socket): void {
    if (reply.kind !== "hello") {
      socket.close();
      return;
    }
    this.handle = handle;
    this.hello = reply;
    this.failures = 0;
    this.become("live");
  }

  private lost(): void {
    this.dropped();
    if (this.closed) return;
    this.failures++;
    this.become(this.failures >= PATIENCE ? "offline" : "reconnecting");
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (this.failures - 1));
    // Thirty pages that lost one server do not come back in the same moment.
    this.cancelRetry = this.world.later(
      () => this.connect(),
      wait * (0.75 + 0.5 * this.world.random()),
    );
  }

  /** Nothing that was asked on the lost connection will be answered. */
  private dropped(): void {
    this.socket = null;
    for (const line of this.lines.values()) {
      line.under?.expire();
      line.under?.answer(null);
      line.waiting?.answer(null);
    }
    this.lines.clear();
  }

  private become(state: State): void {
    if (state === this.state) return;
    this.state = state;
    for (const listener of [...this.listeners]) listener(state);
  }
}

/** The address of the socket beside a page, wherever the page is served. */
export function socketUrl(path: string, token: string, base: string): string {
  const url = new URL(path.replace(/^\//, ""), new URL(".", base));
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.searchParams.set("token", token);
  return url.href;
}
