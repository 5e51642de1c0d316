/** What the parts of a map share. */
import type { LiveClient } from "../live";
import type { Theme } from "../theme";
import type { Meta, Pin, State } from "./meta";
import type { MapModel } from "./model";
import type { Stage } from "./stage";

/** Requests that must not wait for each other, or replace each other, go different ways. */
export const Channel = { probe: 0, hover: 1, pins: 2 } as const;

export interface Context {
  readonly stage: Stage;
  readonly model: MapModel;
  /** As Python last told it. */
  meta(): Meta;
  theme(): Theme;
  /** The pins that are there, each at its number. */
  pins(): readonly Pin[];
  live(): LiveClient | null;
  /** Tell Python; one message, whatever is in it. */
  send(change: Partial<State>): void;
  /** Tell who cannot see. */
  say(words: string): void;
}
