/** What a probe is at, and what was decoded for it. */
import type { Body, Reply } from "../protocol";

/** Where the probe is: a place of the map, or an item of it. */
export interface Spot {
  u: number;
  v: number;
  touch: boolean;
  /** The item that is decoded, with all its dimensions; in space there is nothing else to mean. */
  index: number | null;
}

/** A decode, and where on the map it was asked for. */
export interface Found {
  spot: Spot;
  trust: number;
  nearest: number;
  z: number[] | null;
  body: Body;
}

export function samePlace(one: Spot, other: Spot): boolean {
  return one.u === other.u && one.v === other.v && one.index === other.index;
}

/** The decode in a reply; null where it holds none. Of a long z an item tells only the beginning. */
export function foundOf(reply: Reply | null | undefined, spot: Spot, dim = 0): Found | null {
  if (reply?.kind === "place") return { ...reply, spot, z: [...reply.z] };
  if (reply?.kind !== "item" || spot.index === null || !reply.reconstruction) return null;
  const { reconstruction: body, z } = reply;
  return { spot, trust: 1, nearest: spot.index, body, z: z.length < dim ? null : z };
}
