/**
 * The columns of maps as they arrived: each in a mount of its own, so that Streamlit sends it once
 * and afterwards only a reference, whatever else changes.
 *
 * A mount's bytes begin with sixteen of name (a hash of the content, in hexadecimal); the map that
 * needs the column knows the name.
 */
const NAME = 16;

const arrived = new Map<string, { bytes: Uint8Array; mounts: number }>();
const waiting = new Set<() => void>();

/** Take in a mount's bytes; returns its name, and how to let go of it. */
export function takeIn(data: Uint8Array): [name: string, letGo: () => void] {
  const name = String.fromCharCode(...data.subarray(0, NAME));
  const column = arrived.get(name) ?? { bytes: data.subarray(NAME), mounts: 0 };
  column.mounts++;
  arrived.set(name, column);
  for (const look of [...waiting]) look();
  let held = true;
  return [
    name,
    () => {
      if (!held) return;
      held = false;
      column.mounts--;
      // Not at once: a rerun may let go of a column a moment before it takes it in again.
      setTimeout(() => {
        if (column.mounts === 0 && arrived.get(name) === column) arrived.delete(name);
      }, 5_000);
    },
  ];
}

/** Call `ready` with these columns as soon as all of them are there; returns how to stop waiting. */
export function whenThere(
  names: readonly string[],
  ready: (columns: Map<string, Uint8Array>) => void,
): () => void {
  const look = (): void => {
    const columns = new Map<string, Uint8Array>();
    for (const name of names) {
      const column = arrived.get(name);
      if (!column) return;
      columns.set(name, column.bytes);
    }
    waiting.delete(look);
    ready(columns);
  };
  waiting.add(look);
  look();
  return () => waiting.delete(look);
}

/** Bytes as numbers; copied, since they may lie at any place in a larger message. */
export function asFloats(bytes: Uint8Array): Float32Array {
  return new Float32Array(bytes.slice().buffer, 0, bytes.length >> 2);
}

export function asCodes(bytes: Uint8Array, width: number): Uint16Array {
  if (width === 1) return Uint16Array.from(bytes);
  return new Uint16Array(bytes.slice().buffer, 0, bytes.length >> 1);
}
