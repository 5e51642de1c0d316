/**
 * A new door for a page whose own does not open any more.
 *
 * A server that was started again takes no token of its predecessor's, and has none of the maps
 * that pages published. Streamlit reconnects by itself but does not run the page, which alone
 * would bring both; so the page asks for that run.
 */
import type { Door } from "./connection";
import type { State, World } from "./live";

/** While nobody answers, ask so often; a page that is busy gets the time to run. */
const AGAIN = 10_000;
/** While Streamlit's own connection is down, look so often whether it is back. */
const LOOK = 300;

export interface Told {
  live: Door | null;
  /** The number of the request that this run of the page has heard. */
  heard: number;
}

export class Renewal {
  private ask: (request: number) => void = () => undefined;
  private request = 0;
  private door = "";
  /** The door of which a run of the page has said that there is no other. */
  private only: string | null = null;
  private waiting = false;
  private stop: () => void = () => undefined;

  constructor(
    private readonly later: World["later"],
    private readonly reaches: () => boolean = reachesPython,
  ) {}

  /** Python has run the page: the door it knows, and how to ask for another run. */
  told({ live, heard }: Told, ask: (request: number) => void): void {
    this.ask = ask;
    const door = live ? `${live.path} ${live.token}` : "";
    const answered = this.waiting && heard === this.request;
    if (answered && door === this.door) this.only = door;
    if (answered || door !== this.door) this.rest();
    this.door = door;
  }

  /** How a connection of this page is. */
  heard(state: State): void {
    if (state === "live") {
      this.only = null;
      this.rest();
    } else if (state === "offline" && !this.waiting && this.door !== this.only) this.go();
  }

  private go(): void {
    this.waiting = true;
    if (!this.reaches()) {
      this.stop = this.later(() => this.go(), LOOK);
      return;
    }
    this.stop = this.later(() => this.go(), AGAIN);
    this.ask(++this.request);
  }

  private rest(): void {
    this.waiting = false;
    this.stop();
  }
}

/** Whether Streamlit's own connection stands, as its page says; yes where it says nothing. */
export function reachesPython(): boolean {
  const app = document.querySelector<HTMLElement>('[data-testid="stApp"]');
  const said = app?.dataset.testConnectionState;
  return said === undefined || said === "CONNECTED";
}
