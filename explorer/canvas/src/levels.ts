/** Which themes are named from how far away, and how a name fits into the room it has. */

/** CSS pixels of the window that a name takes with the room around it. */
const ROOM = 42_000;
const NAMES = { least: 4, most: 14 };
/** Where all is seen the coarsest level is, and each for at least this factor of zoom more. */
const LEAST_STEP = 1.4;
/** However many names a level has: it is named from here on, if not sooner. */
const LATEST = 12;

/**
 * The zoom from which on each level is named, the coarsest level first.
 *
 * A window that is `zoom` times nearer shows a part 1 / zoom² of the map: a level of `counts` names
 * is the one to see as soon as those of them that are in sight have room.
 */
export function startsOf(counts: readonly number[], width: number, height: number): number[] {
  const room = Math.min(NAMES.most, Math.max(NAMES.least, (width * height) / ROOM));
  const starts: number[] = [];
  counts.forEach((count, level) => {
    const wanted = Math.min(LATEST, Math.sqrt(count / room));
    starts.push(level === 0 ? 0 : Math.max(wanted, Math.max(1, starts[level - 1]) * LEAST_STEP));
  });
  return starts;
}

/** The level to name at a zoom; a hair below its start it stays, so that nothing flickers. */
export function levelAt(zoom: number, starts: readonly number[], now = -1): number {
  let level = 0;
  starts.forEach((start, at) => {
    if (zoom >= start * (at === now ? 0.93 : 1)) level = at;
  });
  return level;
}

/** Which way words run, by the first letter that has a way. */
export function directionOf(words: string): "ltr" | "rtl" {
  const first = /[\p{L}]/u.exec(words)?.[0] ?? "";
  return /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u.test(first)
    ? "rtl"
    : "ltr";
}

/** As much of some words as is at most so wide, with "…" where something is left out. */
export function fitted(words: string, most: number, widthOf: (words: string) => number): string {
  if (widthOf(words) <= most) return words;
  // What people see as one letter is not cut into pieces.
  const letters = [...new Intl.Segmenter().segment(words)].map(({ segment }) => segment);
  let [fits, not] = [0, letters.length];
  while (not - fits > 1) {
    const middle = (fits + not) >> 1;
    const cut = `${letters.slice(0, middle).join("").trimEnd()}…`;
    if (widthOf(cut) <= most) fits = middle;
    else not = middle;
  }
  return `${letters.slice(0, fits).join("").trimEnd()}…`;
}
