/** What writes sentences word by word: GRUs, LSTMs and transformers, one sentence at a time. */
import type { Numbers } from "../content";
import type { SentencesDecoder } from "../header";
import {
  applied, concatenated, gelu, joined, layerNorm, linearOf, sigmoid, softmax, type Linear, type Weights,
} from "./numbers"; // prettier-ignore

/** A sentence that is being written. */
export interface Cell {
  /** The state after one more token. */
  step(token: number): Float32Array;
}

/** Begins a sentence at z. */
export type Begin = (z: Float32Array) => Cell;

export function cellOf(about: SentencesDecoder, weights: Weights): Begin {
  const words = weights("embedding.weight");
  if (about.kind === "transformer") return transformer(about, words, weights);
  return about.kind === "gru" ? gru(words, weights) : lstm(words, weights);
}

export function rowOf({ values, shape }: Numbers, row: number): Float32Array {
  return values.subarray(row * shape[1], (row + 1) * shape[1]);
}

function recurrent(weights: Weights): { initial: Linear; input: Linear; hidden: Linear } {
  const part = (which: string): Linear =>
    joined(weights(`decoder.weight_${which}_l0`), weights(`decoder.bias_${which}_l0`));
  return { initial: linearOf(weights, "initial_state"), input: part("ih"), hidden: part("hh") };
}

/** PyTorch's order of the gates is reset, update, new. */
function gru(words: Numbers, weights: Weights): Begin {
  const { initial, input, hidden } = recurrent(weights);
  const size = hidden.columns;
  return (z) => {
    let state = applied(initial, z).map(Math.tanh);
    return {
      step(token) {
        const given = applied(input, concatenated(rowOf(words, token), z));
        const kept = applied(hidden, state);
        const next = new Float32Array(size);
        for (let i = 0; i < size; i++) {
          const reset = sigmoid(given[i] + kept[i]);
          const update = sigmoid(given[size + i] + kept[size + i]);
          const fresh = Math.tanh(given[2 * size + i] + reset * kept[2 * size + i]);
          next[i] = (1 - update) * fresh + update * state[i];
        }
        return (state = next);
      },
    };
  };
}

/** PyTorch's order of the gates is input, forget, cell, output. */
function lstm(words: Numbers, weights: Weights): Begin {
  const { initial, input, hidden } = recurrent(weights);
  const size = hidden.columns;
  return (z) => {
    const both = applied(initial, z).map(Math.tanh);
    let state = both.slice(0, size);
    const cell = both.slice(size);
    return {
      step(token) {
        const given = applied(input, concatenated(rowOf(words, token), z));
        const kept = applied(hidden, state);
        const next = new Float32Array(size);
        for (let i = 0; i < size; i++) {
          const gate = (which: number): number => given[which * size + i] + kept[which * size + i];
          cell[i] = sigmoid(gate(1)) * cell[i] + sigmoid(gate(0)) * Math.tanh(gate(2));
          next[i] = sigmoid(gate(3)) * Math.tanh(cell[i]);
        }
        return (state = next);
      },
    };
  };
}

interface Norm {
  weight: Float32Array;
  bias: Float32Array;
}

interface Block {
  attentionNorm: Norm;
  toHeads: Linear;
  fromHeads: Linear;
  wideNorm: Norm;
  widen: Linear;
  narrow: Linear;
}

function normOf(weights: Weights, name: string): Norm {
  return { weight: weights(`${name}.weight`).values, bias: weights(`${name}.bias`).values };
}

function blockOf(weights: Weights, name: string): Block {
  return {
    attentionNorm: normOf(weights, `${name}.attention_norm`),
    toHeads: linearOf(weights, `${name}.to_heads`),
    fromHeads: linearOf(weights, `${name}.from_heads`),
    wideNorm: normOf(weights, `${name}.feed_forward.0`),
    widen: linearOf(weights, `${name}.feed_forward.1`),
    narrow: linearOf(weights, `${name}.feed_forward.3`),
  };
}

function normalised(x: Float32Array, { weight, bias }: Norm): Float32Array {
  return layerNorm(x, weight, bias);
}

function added(one: Float32Array, other: Float32Array): Float32Array {
  return one.map((value, i) => value + other[i]);
}

function transformer(about: SentencesDecoder, words: Numbers, weights: Weights): Begin {
  const [layers, heads] = [about.layers ?? 1, about.heads ?? 1];
  const width = words.shape[1];
  const unit = Math.sqrt(width);
  const places = weights("decoder_positions.weight");
  const toWords = linearOf(weights, "latent_to_words");
  const toMemory = linearOf(weights, "latent_to_memory");
  const blocks = Array.from({ length: layers }, (_, layer) => blockOf(weights, `decoder.${layer}`));
  const last = normOf(weights, "decoder_norm");
  return (z) => {
    const ofZ = applied(toWords, z);
    const memory = applied(toMemory, z);
    const part = (which: number): Float32Array => memory.slice(which * width, (which + 1) * width);
    // Of each layer the keys and values of all places so far; the first is that of z.
    const keys = blocks.map((_, layer) => [part(2 * layer)]);
    const values = blocks.map((_, layer) => [part(2 * layer + 1)]);
    let place = 0;
    return {
      step(token) {
        const [word, where] = [rowOf(words, token), rowOf(places, place++)];
        let state: Float32Array = word.map((value, i) => value * unit + where[i] + ofZ[i]);
        blocks.forEach((block, layer) => {
          const made = applied(block.toHeads, normalised(state, block.attentionNorm));
          keys[layer].push(made.slice(width, 2 * width));
          values[layer].push(made.slice(2 * width));
          const query = made.subarray(0, width);
          const seen = attended(query, keys[layer], values[layer], heads);
          state = added(state, applied(block.fromHeads, seen));
          const wide = applied(block.widen, normalised(state, block.wideNorm)).map(gelu);
          state = added(state, applied(block.narrow, wide));
        });
        return normalised(state, last);
      },
    };
  };
}

/** What a place takes from all before it and itself, each head for its share of the width. */
function attended(
  query: Float32Array,
  keys: readonly Float32Array[],
  values: readonly Float32Array[],
  heads: number,
): Float32Array {
  const size = query.length / heads;
  const out = new Float32Array(query.length);
  for (let head = 0; head < heads; head++) {
    const from = head * size;
    const shares = softmax(
      Float32Array.from(keys, (key) => {
        let sum = 0;
        for (let i = from; i < from + size; i++) sum += query[i] * key[i];
        return sum / Math.sqrt(size);
      }),
    );
    values.forEach((value, place) => {
      for (let i = from; i < from + size; i++) out[i] += shares[place] * value[i];
    });
  }
  return out;
}
