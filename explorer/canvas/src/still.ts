/** What Python decoded itself, for want of a live socket: a picture as base64 bytes, or a text. */
import type { Body } from "./protocol";
import { fromBase64 } from "./ranges";

export interface Still {
  request: number;
  trust: number;
  nearest: number;
  z: number[];
  text: string | null;
  picture: { height: number; width: number; channels: number; pixels: string } | null;
}

export function bodyOf(still: Pick<Still, "text" | "picture">): Body {
  if (still.picture) {
    return { kind: "images", count: 1, ...still.picture, pixels: fromBase64(still.picture.pixels) };
  }
  const text = still.text ?? "";
  return { kind: "texts", texts: [{ text, tokens: [], p: [] }] };
}
