/** One connection for everything on a page that talks to the same model. */
import { browser, LiveClient, socketUrl, type World } from "./live";
import { Renewal } from "./renewal";
import type { Status } from "./status";

/** All connections of a page depend on the same server. */
export const renewal = new Renewal(browser.later);

const shared = new Map<string, { client: LiveClient; users: number }>();

/** Where a live socket is, as Python tells it. */
export interface Door {
  path: string;
  token: string;
}

/** Where connections lead that are made from now on, where that is not a server. */
let elsewhere: World | null = null;

/** A page of its own, without a server, brings what answers with it. */
export function connectWithin(world: World): void {
  elsewhere = world;
}

/** Connect, or join the connection that is there; returns how to leave it. */
export function join(door: Door, model: string): [client: LiveClient, leave: () => void] {
  const url = elsewhere ? door.path : socketUrl(door.path, door.token, document.baseURI);
  const key = `${model} ${url}`;
  let entry = shared.get(key);
  if (!entry) {
    shared.set(key, (entry = { client: new LiveClient(url, model, elsewhere ?? browser), users: 0 }));
    entry.client.onState((state) => renewal.heard(state));
  }
  const { client } = entry;
  entry.users++;
  const retry = (): void => client.retry();
  window.addEventListener("online", retry);
  let joined = true;
  return [
    client,
    () => {
      if (!joined) return;
      joined = false;
      window.removeEventListener("online", retry);
      if (--entry.users > 0) return;
      shared.delete(key);
      client.close();
    },
  ];
}

/** A component's own place on the connection: joins it, follows it, says how it is. */
export class Line {
  client: LiveClient | null = null;
  private door: string | null = null;
  private other = false;
  private leave: () => void = () => undefined;

  /**
   * `came` is called whenever decoding has become live; `renewed` when that is through another door,
   * behind which nobody knows what this part of the page holds.
   */
  constructor(
    private readonly status: Status,
    private readonly came: () => void = () => undefined,
    private readonly renewed: () => void = () => undefined,
  ) {}

  get live(): boolean {
    return this.client?.state === "live";
  }

  /** Be connected as Python says; null where there is no live socket. */
  to(live: Door | null, model: string): void {
    const door = live ? `${live.path} ${live.token} ${model}` : "";
    if (door === this.door) return;
    this.other = Boolean(this.door);
    this.door = door;
    this.leave();
    this.client = null;
    if (!live) {
      this.leave = () => undefined;
      this.status.still();
      return;
    }
    const [client, leave] = join(live, model);
    this.client = client;
    const off = client.onState((state) => {
      this.status.live(state);
      if (state !== "live") return;
      this.came();
      if (this.other) this.renewed();
      this.other = false;
    });
    this.leave = () => {
      off();
      leave();
    };
  }

  close(): void {
    this.leave();
    this.leave = () => undefined;
  }
}
