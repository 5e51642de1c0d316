/** The decoder of a map that was taken away, whatever its model is. */
import type { Body } from "../../protocol";
import type { Content } from "../content";
import type { Header } from "../header";
import { drawer } from "./drawing";
import type { Weights } from "./numbers";
import { documents, sentences } from "./writing";

export type Decode = (z: Float32Array) => Body;

/** How z becomes a picture or a text; null where the file holds no decoder. */
export function decoderOf(content: Content<Header>): Decode | null {
  const { decoder, shape } = content.header;
  if (!decoder) return null;
  const weights: Weights = (name) => content.numbers(`weights.${name}`);
  if (decoder.kind === "pictures") {
    const [height, width, channels] = shape ?? [1, 1, 1];
    const draw = drawer(decoder, [height, width, channels], weights);
    return (z) => ({ kind: "images", count: 1, height, width, channels, pixels: draw(z) });
  }
  const tokens = content.json<string[]>("tokens");
  const write =
    decoder.kind === "bag-of-words"
      ? documents(decoder, tokens, weights)
      : sentences(decoder, tokens, weights);
  return (z) => ({ kind: "texts", texts: [write(z)] });
}
