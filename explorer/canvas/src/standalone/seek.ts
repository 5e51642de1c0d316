/** Search over texts, labels, columns and numbers of items: as the app finds words. */
import type { Items } from "./items";

/** A text without case and with its characters composed: "ß" is "ss", as Python folds it. */
export function folded(text: string): string {
  const one = text.normalize("NFD").toUpperCase().toLowerCase().replaceAll("ς", "σ");
  return one.normalize("NFC");
}

export class Seeker {
  /** What is written of each item; read when it is first searched for. */
  private written: string[] | null = null;

  constructor(private readonly items: Items) {}

  /** Which items a query finds, a bit each; null where it finds all. */
  mask(query: string): Uint8Array | null {
    const words = folded(query).split(/\s+/).filter(Boolean);
    if (words.length === 0) return null;
    const { count } = this.items;
    const found = new Uint8Array(Math.ceil(count / 8));
    const only = words.length === 2 && words[0] === "item" ? numberOf(words[1]) : null;
    const numbers = words.map(numberOf);
    const written = (this.written ??= this.read());
    for (let item = 0; item < count; item++) {
      const is =
        only !== null && only < count
          ? item === only
          : words.every((word, k) => numbers[k] === item || written[item].includes(word));
      if (is) found[item >> 3] |= 1 << (item & 7);
    }
    return found;
  }

  private read(): string[] {
    const { texts, labels, metadata, count } = this.items;
    const columns = [texts, labels, ...Object.values(metadata)].filter((one) => one !== null);
    return Array.from({ length: count }, (_, item) =>
      // A line between two columns: no word of a query holds one.
      folded(columns.map((column) => column[item]).join("\n")),
    );
  }
}

function numberOf(word: string): number | null {
  return /^\d{1,9}$/.test(word) ? Number(word) : null;
}
