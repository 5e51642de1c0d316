/** What Python decoded itself, for want of a live socket: a picture as base64 bytes, or a text. */
import type { Body, Images } from "./protocol";
import { fromBase64 } from "./ranges";

/** Pictures as Python packs them: their bytes one after the other, in base64. */
export type Packed = Omit<Images, "kind" | "pixels"> & { pixels: string };

export function unpacked(packed: Packed): Images {
  return { kind: "images", ...packed, pixels: fromBase64(packed.pixels) };
}

export interface Still {
  request: number;
  trust: number;
  nearest: number;
  z: number[];
  text: string | null;
  picture: Packed | null;
}

export function bodyOf(still: Pick<Still, "text" | "picture">): Body {
  if (still.picture) return unpacked(still.picture);
  const text = still.text ?? "";
  return { kind: "texts", texts: [{ text, tokens: [], p: [] }] };
}
