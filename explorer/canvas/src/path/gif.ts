/** A moving picture to take away: GIF 89a, in shades of grey or 252 colours. */

export interface Frame {
  width: number;
  height: number;
  /** RGBA, four bytes a pixel. */
  data: Uint8ClampedArray;
}

/** Levels of red, green and blue in the palette of pictures in colour. */
const LEVELS = [6, 7, 6] as const;

function isGrey(frames: readonly Frame[]): boolean {
  return frames.every(({ data }) => {
    for (let i = 0; i < data.length; i += 4) {
      if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return false;
    }
    return true;
  });
}

function palette(grey: boolean): Uint8Array {
  const colours = new Uint8Array(3 * 256);
  for (let k = 0; k < 256; k++) {
    const [r, g, b] = LEVELS;
    const parts = grey
      ? [k, k, k]
      : [Math.floor(k / (g * b)) / (r - 1), (Math.floor(k / b) % g) / (g - 1), (k % b) / (b - 1)].map(
          (share) => Math.min(255, Math.round(255 * share)),
        );
    colours.set(parts, 3 * k);
  }
  return colours;
}

function indices({ data }: Frame, grey: boolean): Uint8Array {
  const [r, g, b] = LEVELS;
  return Uint8Array.from({ length: data.length / 4 }, (_, i) => {
    if (grey) return data[4 * i];
    const level = (c: number, levels: number): number =>
      Math.round((data[4 * i + c] / 255) * (levels - 1));
    return level(0, r) * g * b + level(1, g) * b + level(2, b);
  });
}

/** Bits into bytes, lowest first. */
class Bits {
  private bytes: number[] = [];
  private held = 0;
  private count = 0;

  write(value: number, size: number): void {
    this.held |= value << this.count;
    this.count += size;
    for (; this.count >= 8; this.count -= 8, this.held >>= 8) this.bytes.push(this.held & 255);
  }

  end(): Uint8Array {
    if (this.count > 0) this.bytes.push(this.held & 255);
    return Uint8Array.from(this.bytes);
  }
}

/** Lempel, Ziv and Welch's code of eight-bit values, as GIF has it. */
export function compressed(values: Uint8Array): Uint8Array {
  const [clear, end] = [256, 257];
  const bits = new Bits();
  let known = new Map<number, number>();
  let [next, size] = [258, 9];
  bits.write(clear, size);
  let prefix = values[0];
  for (let i = 1; i < values.length; i++) {
    const key = prefix * 256 + values[i];
    const found = known.get(key);
    if (found !== undefined) {
      prefix = found;
      continue;
    }
    bits.write(prefix, size);
    if (next === 4096) {
      bits.write(clear, size);
      known = new Map();
      [next, size] = [258, 9];
    } else {
      if (next === 1 << size) size++;
      known.set(key, next++);
    }
    prefix = values[i];
  }
  bits.write(prefix, size);
  bits.write(end, size);
  return bits.end();
}

/** Frames of one size as a GIF that repeats for ever; `pause` in hundredths of a second. */
export function gif(frames: readonly Frame[], pause: number): Uint8Array {
  const { width, height } = frames[0];
  const grey = isGrey(frames);
  const out: number[] = [];
  const word = (value: number): void => void out.push(value & 255, value >> 8);
  const text = (letters: string): void => void out.push(...[...letters].map((c) => c.charCodeAt(0)));
  text("GIF89a");
  word(width);
  word(height);
  out.push(0xf7, 0, 0, ...palette(grey));
  out.push(0x21, 0xff, 11);
  text("NETSCAPE2.0");
  out.push(3, 1, 0, 0, 0);
  for (const frame of frames) {
    out.push(0x21, 0xf9, 4, 0);
    word(pause);
    out.push(0, 0, 0x2c);
    for (const value of [0, 0, width, height]) word(value);
    out.push(0, 8);
    const code = compressed(indices(frame, grey));
    for (let at = 0; at < code.length; at += 255) {
      const block = code.subarray(at, at + 255);
      out.push(block.length, ...block);
    }
    out.push(0);
  }
  out.push(0x3b);
  return Uint8Array.from(out);
}
