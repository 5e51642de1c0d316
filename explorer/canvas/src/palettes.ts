/** Colours: categories that colour-blind people can tell apart, and scales that rise evenly. */
import { between } from "./scales";

export type Rgb = readonly [number, number, number];
export type Scheme = "light" | "dark";

/**
 * Okabe and Ito's colours, then those of Tableau's that stay apart from them, then those that in
 * Oklab lie furthest from all before them.
 *
 * Yellow is all but invisible on white, and two dark colours on near black: each scheme has its own
 * version of those, of the same hue.
 */
const CATEGORIES: readonly (readonly [light: string, dark: string])[] = [
  ["#0072b2", "#3a9bdc"],
  ["#e69f00", "#f0ad1f"],
  ["#009e73", "#1fb98c"],
  ["#d55e00", "#ee7a26"],
  ["#cc79a7", "#dd8fb9"],
  ["#56b4e9", "#8fd0f5"],
  ["#d8c600", "#f0e442"],
  ["#9c755f", "#bc9580"],
  ["#9467bd", "#ab85d1"],
  ["#76b7b2", "#8accc7"],
  ["#e15759", "#f0716f"],
  ["#4e5fa7", "#8393dc"],
  ["#59a14f", "#79c26d"],
  ["#ff9da7", "#ffb3bb"],
  ["#c20d80", "#df3798"],
  ["#4cd676", "#79ff9c"],
  ["#6f20bd", "#9754ed"],
  ["#465400", "#7e8f46"],
  ["#873e40", "#b46767"],
  ["#ca59e4", "#e573ff"],
];
/** How many classes can be told apart by colour; the rest are drawn as "other". */
export const MOST_CLASSES = CATEGORIES.length;
const NEUTRAL: Record<Scheme, string> = { light: "#9aa0a6", dark: "#70767e" };

// Ten stops each, as matplotlib has them.
const VIRIDIS = "4401544828783e498931688e26828e1f9e8935b7796ece58b5de2bfde725";
const CIVIDIS = "00224e1235703b496c575d6d7071738a8678a59c74c3b369e1cc55fee838";
const SCALES: Record<string, string> = { viridis: VIRIDIS, cividis: CIVIDIS };
export const STEPS = 64;

export function rgbOf(hex: string): Rgb {
  const digits = hex.replace("#", "");
  const full = digits.length === 3 ? [...digits].map((digit) => digit + digit).join("") : digits;
  const value = Number.parseInt(full, 16);
  if (full.length !== 6 || !/^[0-9a-f]{6}$/i.test(full)) {
    throw new RangeError(`"${hex}" is no colour of the form #RRGGBB`);
  }
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

export function hexOf([red, green, blue]: Rgb): string {
  const digits = [red, green, blue].map((part) => Math.round(part).toString(16).padStart(2, "0"));
  return `#${digits.join("")}`;
}

export function neutral(scheme: Scheme): string {
  return NEUTRAL[scheme];
}

/**
 * The colour of each of `count` classes; those after the last distinct colour share the neutral one.
 *
 * `other` is the class that gathers left-over names, -1 where there is none.
 */
export function classColours(count: number, scheme: Scheme, other = -1): string[] {
  const column = scheme === "light" ? 0 : 1;
  let next = 0;
  return Array.from({ length: count }, (_, index) => {
    if (index === other || next >= MOST_CLASSES) return NEUTRAL[scheme];
    return CATEGORIES[next++][column];
  });
}

/** A colour of a continuous scale at `share`, 0 to 1. */
export function scaleColour(name: string, share: number): Rgb {
  const digits = SCALES[name] ?? VIRIDIS;
  const stops = digits.length / 6;
  const [first, part] = between(share, stops);
  const [from, to] = [first, first + 1].map((stop) => rgbOf(digits.slice(6 * stop, 6 * stop + 6)));
  return [0, 1, 2].map((k) => from[k] + (to[k] - from[k]) * part) as unknown as Rgb;
}

/** The `STEPS` colours in which a continuous scale is drawn. */
export function scaleColours(name: string): string[] {
  return Array.from({ length: STEPS }, (_, step) => hexOf(scaleColour(name, step / (STEPS - 1))));
}
