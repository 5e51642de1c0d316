/** Decoders of texts: sentences word by word, documents by their likeliest words. */
import type { Text } from "../../protocol";
import type { DocumentsDecoder, SentencesDecoder } from "../header";
import { cellOf } from "./cells";
import { applied, concatenated, joined, linearOf, softmax, type Weights } from "./numbers";
import { piecesOf, stripped } from "./wording";

/** As vae_core numbers them. */
const [PAD, BOS, EOS, UNK] = [0, 1, 2, 3];
const NEVER_WRITTEN = [PAD, BOS, UNK];

/** The likeliest token that is ever written, and its probability among all tokens. */
export function likeliest(logits: Float32Array): [token: number, share: number] {
  let top = -Infinity;
  for (let i = 0; i < logits.length; i++) if (logits[i] > top) top = logits[i];
  let total = 0;
  for (let i = 0; i < logits.length; i++) total += Math.exp(logits[i] - top);
  let [token, best] = [EOS, -Infinity];
  for (let i = 0; i < logits.length; i++) {
    if (logits[i] > best && !NEVER_WRITTEN.includes(i)) [token, best] = [i, logits[i]];
  }
  return [token, Math.exp(best - top) / total];
}

/** From z to its greedy sentence. */
export function sentences(
  about: SentencesDecoder,
  tokens: readonly string[],
  weights: Weights,
): (z: Float32Array) => Text {
  const begin = cellOf(about, weights);
  const toEmbedding = linearOf(weights, "to_embedding");
  const output = joined(weights("embedding.weight"), weights("output_bias"));
  const logits = new Float32Array(output.rows);
  return (z) => {
    const cell = begin(z);
    const [words, p]: [string[], number[]] = [[], []];
    for (let token = BOS, place = 0; place < about.max_tokens; place++) {
      const features = applied(toEmbedding, concatenated(cell.step(token), z));
      const [next, share] = likeliest(applied(output, features, logits));
      if (next === EOS) break;
      words.push(tokens[next] ?? "");
      p.push(share);
      token = next;
    }
    const pieces = piecesOf(words, about.tokens);
    return { text: stripped(pieces.join("")), tokens: pieces, p };
  };
}

/** From z to the words that a document there is likeliest to have. */
export function documents(
  { topics, shown }: DocumentsDecoder,
  words: readonly string[],
  weights: Weights,
): (z: Float32Array) => Text {
  const decoder = linearOf(weights, "decoder");
  const norm = topics === null ? null : [weights("norm.scale").values, weights("norm.shift").values];
  return (z) => {
    const given = topics === null ? z : softmax(z.map((value) => value * topics));
    const logits = applied(decoder, given);
    if (norm) for (let i = 0; i < logits.length; i++) logits[i] = logits[i] * norm[0][i] + norm[1][i];
    const shares = softmax(logits);
    const best = highest(shares, shown);
    const tokens = best.map((word) => words[word]);
    return { text: tokens.join(" "), tokens, p: best.map((word) => shares[word]) };
  };
}

/** Where the `count` highest numbers stand, the highest first. */
export function highest(values: Float32Array, count: number): number[] {
  const best: number[] = [];
  for (let i = 0; i < values.length; i++) {
    if (best.length === count && values[i] <= values[best[count - 1]]) continue;
    let at = best.length;
    while (at > 0 && values[i] > values[best[at - 1]]) at--;
    best.splice(at, 0, i);
    if (best.length > count) best.pop();
  }
  return best;
}
