/** Streamlit's theme as the canvas needs it: colours to draw with, and which scheme it is. */
import { rgbOf, type Rgb, type Scheme } from "./palettes";

export interface Theme {
  scheme: Scheme;
  background: string;
  text: string;
  accent: string;
  font: string;
}

/** Read the `--st-*` variables at an element of ours. */
export function readTheme(element: Element): Theme {
  const style = getComputedStyle(element);
  const value = (name: string, otherwise: string): string =>
    style.getPropertyValue(name).trim() || otherwise;
  const background = value("--st-background-color", "#ffffff");
  return {
    scheme: isDark(parsed(background)) ? "dark" : "light",
    background,
    text: value("--st-text-color", "#1c1c24"),
    accent: value("--st-primary-color", "#5847d6"),
    font: value("--st-font", "sans-serif"),
  };
}

export function sameTheme(one: Theme, other: Theme): boolean {
  return Object.entries(one).every(([name, value]) => other[name as keyof Theme] === value);
}

function isDark([red, green, blue]: Rgb): boolean {
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
}

/** A CSS colour as themes write it: #RGB, #RRGGBB or rgb(…); anything else counts as white. */
export function parsed(colour: string): Rgb {
  const parts = /^rgba?\(([^)]+)\)$/.exec(colour);
  if (parts) {
    const numbers = parts[1].split(/[ ,/]+/).map(Number);
    if (numbers.slice(0, 3).every(Number.isFinite)) return numbers as unknown as Rgb;
  }
  try {
    return rgbOf(colour.slice(0, 7));
  } catch {
    return [255, 255, 255];
  }
}

export function withAlpha(colour: string, alpha: number): string {
  const [red, green, blue] = parsed(colour);
  return `rgba(${red}, ${green}, ${blue}, ${alpha})`;
}

export function reducedMotion(): boolean {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}
