/**
 * A set of indices as runs, each two varints: how many indices lie between the end of the last run
 * and this one, and how many more than one this run holds. explorer/canvas/ranges.py is its twin.
 *
 * A selection of neighbours costs a few bytes, one of half of all points about one byte a point.
 */

/** Encode rising indices; a repeated or falling one is a RangeError. */
export function encodeRanges(indices: ArrayLike<number>): Uint8Array {
  const out = new Writer();
  let end = 0;
  for (let i = 0; i < indices.length; ) {
    const start = indices[i];
    if (start < end || !Number.isInteger(start)) {
      throw new RangeError(`index ${start} comes after ${end - 1}: indices must rise`);
    }
    let last = start;
    for (i++; i < indices.length && indices[i] === last + 1; i++) last++;
    out.varint(start - end);
    out.varint(last - start);
    end = last + 1;
  }
  return out.bytes();
}

/** Decode to rising indices below `limit`; anything else in the bytes is a RangeError. */
export function decodeRanges(bytes: Uint8Array, limit: number): Uint32Array {
  const runs: number[] = [];
  let [value, scale] = [0, 1];
  let end = 0;
  let total = 0;
  for (const byte of bytes) {
    value += (byte & 127) * scale;
    if (value > limit) throw new RangeError(`a run reaches beyond ${limit} points`);
    if (byte & 128) {
      scale *= 128;
      continue;
    }
    if (runs.length % 2 === 0) {
      runs.push(end + value);
    } else {
      end = runs[runs.length - 1] + value + 1;
      if (end > limit) throw new RangeError(`a run reaches beyond ${limit} points`);
      total += value + 1;
      runs.push(end);
    }
    [value, scale] = [0, 1];
  }
  if (scale !== 1 || runs.length % 2) throw new RangeError("the list of runs ends too early");
  const indices = new Uint32Array(total);
  let position = 0;
  for (let run = 0; run < runs.length; run += 2) {
    for (let index = runs[run]; index < runs[run + 1]; index++) indices[position++] = index;
  }
  return indices;
}

/** Base64 in pieces: the arguments of one call are limited. */
export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(text);
}

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

class Writer {
  private buffer = new Uint8Array(1024);
  private length = 0;

  varint(value: number): void {
    if (this.length + 8 > this.buffer.length) {
      const larger = new Uint8Array(2 * this.buffer.length);
      larger.set(this.buffer);
      this.buffer = larger;
    }
    // Division, not shifts: indices may need more than 31 bits while they are added.
    for (; value > 127; value = Math.floor(value / 128)) {
      this.buffer[this.length++] = (value % 128) + 128;
    }
    this.buffer[this.length++] = value;
  }

  bytes(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }
}
