/** The arithmetic of decoders, on plain arrays. */
import type { Numbers } from "../content";

/** Weights of a decoder by the names that the model gives them. */
export type Weights = (name: string) => Numbers;

export interface Linear {
  /** (rows, columns), one row after the other. */
  weight: Float32Array;
  bias: Float32Array | null;
  rows: number;
  columns: number;
}

export function linearOf(weights: Weights, name: string): Linear {
  return joined(weights(`${name}.weight`), weights(`${name}.bias`));
}

export function joined(weight: Numbers, bias: Numbers | null): Linear {
  const [rows, columns] = weight.shape;
  return { weight: weight.values, bias: bias?.values ?? null, rows, columns };
}

/** weight · x + bias. Four rows at a time, so that x is read once for them. */
export function applied(
  { weight, bias, rows, columns }: Linear,
  x: Float32Array,
  out: Float32Array = new Float32Array(rows),
): Float32Array {
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    let at = row * columns;
    const at2 = columns;
    const at3 = 2 * columns;
    const at4 = 3 * columns;
    for (let column = 0; column < columns; column++, at++) {
      const value = x[column];
      a += weight[at] * value;
      b += weight[at + at2] * value;
      c += weight[at + at3] * value;
      d += weight[at + at4] * value;
    }
    out[row] = a;
    out[row + 1] = b;
    out[row + 2] = c;
    out[row + 3] = d;
  }
  for (; row < rows; row++) {
    let sum = 0;
    for (let column = 0, at = row * columns; column < columns; column++, at++) sum += weight[at] * x[column];
    out[row] = sum;
  }
  if (bias) for (let i = 0; i < rows; i++) out[i] += bias[i];
  return out;
}

export function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

export function silu(value: number): number {
  return value * sigmoid(value);
}

/** x Φ(x), with the normal distribution itself. */
export function gelu(value: number): number {
  return 0.5 * value * (1 + erf(value * Math.SQRT1_2));
}

/** Abramowitz and Stegun 7.1.26: within 1.5e-7, about as exact as the weights. */
export function erf(value: number): number {
  const size = Math.abs(value);
  const t = 1 / (1 + 0.3275911 * size);
  const series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return Math.sign(value) * (1 - series * Math.exp(-size * size));
}

/** softmax of some numbers, in place of them. */
export function softmax(values: Float32Array): Float32Array {
  let top = -Infinity;
  for (const value of values) if (value > top) top = value;
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] = Math.exp(values[i] - top);
  for (let i = 0; i < values.length; i++) values[i] /= total;
  return values;
}

export function layerNorm(
  x: Float32Array,
  weight: Float32Array,
  bias: Float32Array,
  eps = 1e-5,
): Float32Array {
  let [sum, squares] = [0, 0];
  for (const value of x) sum += value;
  const mean = sum / x.length;
  for (const value of x) squares += (value - mean) ** 2;
  const scale = 1 / Math.sqrt(squares / x.length + eps);
  return x.map((value, i) => (value - mean) * scale * weight[i] + bias[i]);
}

/** Two rows of numbers, one after the other. */
export function concatenated(one: Float32Array, other: Float32Array): Float32Array {
  const both = new Float32Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
