/** Words below a picture of a map: in lines that have room, and a key of its pins. */
import { oneLine } from "../dom";

/** How wide a text is in a font, in CSS pixels. */
export type Measure = (text: string, font: string) => number;

/** Of a letter's height: how wide the letters of a text are in the widest of common fonts. */
const WIDE = 0.6;
/** Letters from here on are as wide as they are high. */
const SQUARE = 0x2e80;
/** Lines of the key of pins, and of one of them. */
const MOST_KEY = 6;
const MOST_OF_ONE = 2;

/** How wide a text may be where another font takes the place of ours. */
export function widest(text: string, font: string): number {
  const size = Number(/([\d.]+)px/.exec(font)?.[1] ?? 10);
  let letters = 0;
  for (const letter of text) letters += letter.codePointAt(0)! >= SQUARE ? 1 : WIDE;
  return size * letters;
}

/** Words in lines no wider than they may be; what does not fit ends in an ellipsis. */
export function wrapped(
  text: string,
  width: number,
  measure: (text: string) => number,
  most = Infinity,
): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of oneLine(text, 2_000).split(" ")) {
    const longer = line ? `${line} ${word}` : word;
    if (line && measure(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  if (line) lines.push(line);
  if (lines.length <= most) return lines;
  const last = lines[most - 1].split(" ");
  while (last.length > 1 && measure(`${last.join(" ")} …`) > width) last.pop();
  return [...lines.slice(0, most - 1), `${last.join(" ")} …`];
}

/** What is written about pins, each from a line of its own on; `fit` breaks a text into lines. */
export function keyOf(
  notes: readonly (readonly [number: number, note: string])[],
  fit: (text: string, most: number) => string[],
): string[] {
  const lines: string[] = [];
  for (const [k, [number, note]] of notes.entries()) {
    const own = fit(`Pin ${number}: ${note}`, MOST_OF_ONE);
    const others = notes.length - k - 1;
    // The last line is kept for how many have no room.
    if (lines.length + own.length > MOST_KEY - (others > 0 ? 1 : 0)) {
      return [...lines, `and ${others + 1} more ${others > 0 ? "notes" : "note"} of pins`];
    }
    lines.push(...own);
  }
  return lines;
}
