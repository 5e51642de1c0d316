/** Decoders of pictures: layers of the model one after the other, on one picture. */
import type { Layer, PicturesDecoder } from "../header";
import { applied, linearOf, sigmoid, silu, type Weights } from "./numbers";

/** A picture on its way: numbers alone, or maps of them, (channels, height, width). */
interface Maps {
  values: Float32Array;
  channels: number;
  height: number;
  width: number;
}

type Step = (maps: Maps) => Maps;

/** From z to the pixels of a picture: (height, width, colours), one byte each. */
export function drawer(
  about: PicturesDecoder,
  [height, width, colours]: readonly [number, number, number],
  weights: Weights,
): (z: Float32Array) => Uint8Array {
  const steps = about.layers.map((layer) => stepOf(layer, weights));
  return (z) => {
    const flat = { values: z, channels: z.length, height: 1, width: 1 };
    const { values, channels } = steps.reduce((maps, step) => step(maps), flat);
    const pixels = new Uint8Array(height * width * colours);
    const area = height * width;
    // Dense layers give colours last, convolutions first.
    const last = channels === values.length;
    for (let i = 0; i < pixels.length; i++) {
      const from = last ? i : (i % colours) * area + Math.floor(i / colours);
      pixels[i] = byteOf(about.logits ? sigmoid(values[from]) : values[from]);
    }
    return pixels;
  };
}

/** Ink as a byte, halves to the even one as numpy rounds; what is no number is black. */
export function byteOf(ink: number): number {
  const scaled = Math.min(1, Math.max(0, Number.isNaN(ink) ? 0 : ink)) * 255;
  const below = Math.floor(scaled);
  const part = scaled - below;
  return part > 0.5 || (part === 0.5 && below % 2 === 1) ? below + 1 : below;
}

function stepOf(layer: Layer, weights: Weights): Step {
  switch (layer.op) {
    case "linear": {
      const linear = linearOf(weights, layer.name);
      return ({ values }) => {
        return { values: applied(linear, values), channels: linear.rows, height: 1, width: 1 };
      };
    }
    case "relu":
      return each((value) => (value > 0 ? value : 0));
    case "tanh":
      return each(Math.tanh);
    case "silu":
      return each(silu);
    case "maps":
      return ({ values }) => ({ ...layer, values });
    case "norm":
      return norm(layer, weights);
    case "conv":
      return convolution(layer.name, weights);
    case "block":
      return block(layer, weights);
    case "enlarge":
      return (maps) => enlarged(maps, layer.height, layer.width);
  }
}

function each(change: (value: number) => number): Step {
  return (maps) => {
    const values = new Float32Array(maps.values.length);
    for (let i = 0; i < values.length; i++) values[i] = change(maps.values[i]);
    return { ...maps, values };
  };
}

/** GroupNorm: each group of channels has mean 0 and variance 1 before it is scaled and shifted. */
function norm(layer: Extract<Layer, { op: "norm" }>, weights: Weights): Step {
  const weight = weights(`${layer.name}.weight`).values;
  const bias = weights(`${layer.name}.bias`).values;
  return (maps) => {
    const { values, channels, height, width } = maps;
    const area = height * width;
    const size = (channels / layer.groups) * area;
    const out = new Float32Array(values.length);
    for (let from = 0; from < values.length; from += size) {
      let [sum, squares] = [0, 0];
      for (let i = from; i < from + size; i++) sum += values[i];
      const mean = sum / size;
      for (let i = from; i < from + size; i++) squares += (values[i] - mean) ** 2;
      const scale = 1 / Math.sqrt(squares / size + layer.eps);
      for (let i = from; i < from + size; i++) {
        const channel = Math.floor(i / area);
        out[i] = (values[i] - mean) * scale * weight[channel] + bias[channel];
      }
    }
    return { ...maps, values: out };
  };
}

function block({ gain, layers }: Extract<Layer, { op: "block" }>, weights: Weights): Step {
  const gains = weights(gain).values;
  const steps = layers.map((layer) => stepOf(layer, weights));
  return (maps) => {
    const changed = steps.reduce((now, step) => step(now), maps).values;
    const area = maps.height * maps.width;
    const values = maps.values.map((value, i) => value + gains[Math.floor(i / area)] * changed[i]);
    return { ...maps, values };
  };
}

/** Four numbers a place become a square of four, cropped to a size. */
export function enlarged(maps: Maps, height: number, width: number): Maps {
  const channels = maps.channels / 4;
  const area = maps.height * maps.width;
  const values = new Float32Array(channels * height * width);
  for (let channel = 0, at = 0; channel < channels; channel++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at++) {
        const plane = 4 * channel + 2 * (y & 1) + (x & 1);
        values[at] = maps.values[plane * area + (y >> 1) * maps.width + (x >> 1)];
      }
    }
  }
  return { values, channels, height, width };
}

/** Convolutions that keep the size: each place and its neighbours, beyond the edge nothing. */
function convolution(name: string, weights: Weights): Step {
  const { values: kernel, shape } = weights(`${name}.weight`);
  const bias = weights(`${name}.bias`).values;
  const [after, before, reach] = shape;
  return (maps) => {
    const out = new Float32Array(after * maps.height * maps.width);
    const area = maps.height * maps.width;
    for (let channel = 0; channel < after; channel++) {
      out.fill(bias[channel], channel * area, (channel + 1) * area);
    }
    if (reach === 1) pointwise(maps, kernel, before, after, out);
    else neighbourly(maps, kernel, before, after, reach, out);
    return { ...maps, values: out, channels: after };
  };
}

function pointwise(
  { values, height, width }: Maps,
  kernel: Float32Array,
  before: number,
  after: number,
  out: Float32Array,
): void {
  const area = height * width;
  for (let to = 0; to < after; to++) {
    const base = to * area;
    for (let from = 0; from < before; from++) {
      const weight = kernel[to * before + from];
      const source = from * area;
      for (let i = 0; i < area; i++) out[base + i] += weight * values[source + i];
    }
  }
}

function neighbourly(
  maps: Maps,
  kernel: Float32Array,
  before: number,
  after: number,
  reach: number,
  out: Float32Array,
): void {
  const { height, width } = maps;
  const [padded, wide, plane] = paddedOf(maps, reach >> 1);
  const taps = reach * reach;
  for (let to = 0; to < after; to++) {
    for (let from = 0; from < before; from++) {
      const first = (to * before + from) * taps;
      for (let row = 0; row < reach; row++) {
        if (reach === 3) {
          const [a, b, c] = [kernel[first + 3 * row], kernel[first + 3 * row + 1], kernel[first + 3 * row + 2]];
          for (let y = 0; y < height; y++) {
            let at = from * plane + (y + row) * wide;
            const end = (to * height + y + 1) * width;
            for (let i = end - width; i < end; i++, at++) {
              out[i] += a * padded[at] + b * padded[at + 1] + c * padded[at + 2];
            }
          }
          continue;
        }
        for (let column = 0; column < reach; column++) {
          const weight = kernel[first + row * reach + column];
          for (let y = 0; y < height; y++) {
            let at = from * plane + (y + row) * wide + column;
            const end = (to * height + y + 1) * width;
            for (let i = end - width; i < end; i++, at++) out[i] += weight * padded[at];
          }
        }
      }
    }
  }
}

/** Maps with a margin of nothing around each, how wide a row is then, and how large a map. */
function paddedOf({ values, channels, height, width }: Maps, margin: number): [Float32Array, number, number] {
  const wide = width + 2 * margin;
  const plane = wide * (height + 2 * margin);
  const padded = new Float32Array(channels * plane);
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < height; y++) {
      const from = (channel * height + y) * width;
      padded.set(values.subarray(from, from + width), channel * plane + (y + margin) * wide + margin);
    }
  }
  return [padded, wide, plane];
}
