/** What stands around a map on a picture of it: title, frame, axes, legend, note. */
import { oneLine } from "../dom";
import { neutral, scaleColours } from "../palettes";
import { counted, shortNumber } from "../scales";
import { withAlpha } from "../theme";
import { toUnit } from "../view";
import type { Context } from "./context";
import type { Words } from "./figure";
import { keyOf, wrapped, type Measure } from "./figure_words";
import { placeOf } from "./pins";

/** CSS pixels. */
const EDGE = 20;
const TITLE = 44;
const AXES = { left: 56, bottom: 46 };
const LINE = 21;
const BESIDE = 190;
const PAD = 12;
const MOST_CLASSES = 30;
const MOST_NOTE = 8;
const NOTE_LINE = 18;

/** Where things are on the picture: the map's corner, and the size of all. */
export interface Arranged {
  width: number;
  height: number;
  left: number;
  top: number;
  /** The lines below the map: its note, and what is written about pins. */
  note: string[];
  /** Where the legend is, from the map's corner; null where there is nothing to tell. */
  legend: { x: number; y: number; width: number } | null;
}

export function arranged(ctx: Context, words: Words, measure: Measure): Arranged {
  const { stage } = ctx;
  const { width, height } = stage.view;
  const axes = words.axes !== null && !stage.deep;
  const left = EDGE + (axes ? AXES.left - EDGE : 0);
  const told = entriesOf(ctx) !== null;
  // As on the screen, where its legend is open; beside the map where that is folded.
  const inside = told && stage.frame.inset.right >= 150;
  const legend = !told
    ? null
    : inside
      ? { x: width - stage.frame.inset.right + PAD, y: PAD, width: stage.frame.inset.right - 2 * PAD }
      : { x: width + PAD, y: 0, width: BESIDE - PAD };
  const whole = left + width + (told && !inside ? BESIDE : 0) + EDGE;
  const font = fontOf(ctx, 12.5);
  const fit = (text: string, most: number): string[] =>
    wrapped(text, whole - left - EDGE, (line) => measure(line, font), most);
  const note = [...fit(words.note, MOST_NOTE), ...keyOf(noted(ctx), fit)];
  const below = (axes ? AXES.bottom : 14) + note.length * NOTE_LINE + EDGE;
  return { width: whole, height: EDGE + TITLE + height + below, left, top: EDGE + TITLE, note, legend };
}

function fontOf(ctx: Context, size: number, weight = 400): string {
  return `${weight} ${size}px ${ctx.theme().font}`;
}

/** What is written about the pins that are on the picture, by their numbers. */
function noted(ctx: Context): [number: number, note: string][] {
  const { width, height } = ctx.stage.view;
  return ctx.pins().flatMap((pin, k): [number, string][] => {
    const place = pin.note ? placeOf(ctx, pin) : null;
    if (!pin.note || !place) return [];
    const [x, y] = place;
    return x >= 0 && y >= 0 && x <= width && y <= height ? [[k + 1, pin.note]] : [];
  });
}

/** As much of a text as there is room for. */
function cut(context: CanvasRenderingContext2D, text: string, width: number): string {
  let words = oneLine(text, 120) || "(empty)";
  if (context.measureText(words).width <= width) return words;
  while (words.length > 1 && context.measureText(`${words}…`).width > width) words = words.slice(0, -1);
  return `${words.trimEnd()}…`;
}

export function drawWords(
  context: CanvasRenderingContext2D,
  ctx: Context,
  { title }: Words,
  { width, height, left, note }: Arranged,
): void {
  const { text } = ctx.theme();
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
  context.fillStyle = text;
  context.font = fontOf(ctx, 17, 600);
  context.fillText(cut(context, title, width - left - EDGE), left, EDGE + 16);
  context.font = fontOf(ctx, 13);
  context.fillStyle = withAlpha(text, 0.7);
  context.fillText(cut(context, subtitle(ctx), width - left - EDGE), left, EDGE + 35);
  context.font = fontOf(ctx, 12.5);
  note.forEach((line, k) =>
    context.fillText(line, left, height - EDGE - (note.length - 1 - k) * NOTE_LINE),
  );
}

/** What the colours are, and how many of the items take part. */
function subtitle(ctx: Context): string {
  const { colour } = ctx.meta();
  const { matching, selectedCount, scene } = ctx.model;
  const several = colour.kind === "values" || colour.names.length > 1;
  const parts = [several ? `Coloured by ${colour.title}` : ""];
  if (matching < scene.count) parts.push(`${counted(matching)} of ${counted(scene.count)} pass the filters`);
  if (selectedCount > 0) parts.push(`${counted(selectedCount)} selected`);
  return parts.filter(Boolean).join(" · ") || `${counted(scene.count)} items`;
}

export function drawFrame(context: CanvasRenderingContext2D, ctx: Context): void {
  const { width, height } = ctx.stage.view;
  context.globalAlpha = 1;
  context.setLineDash([]);
  context.strokeStyle = withAlpha(ctx.theme().text, 0.2);
  context.lineWidth = 1;
  context.strokeRect(0, 0, width, height);
}

/** Even places from `low` to `high`, about `count` of them. */
export function ticks(low: number, high: number, count = 6): number[] {
  if (!(high > low) || !Number.isFinite(high - low)) return [];
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(low / step);
  const many = Math.min(50, Math.floor(high / step) - first + 1);
  return Array.from({ length: Math.max(0, many) }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}

function signed(value: number): string {
  return shortNumber(value).replace("-", "−");
}

export function drawAxes(
  context: CanvasRenderingContext2D,
  ctx: Context,
  [across, up]: [string, string],
): void {
  const { stage, model } = ctx;
  const { width, height } = stage.view;
  const { text } = ctx.theme();
  const [left, top] = model.scene.toData(...toUnit(stage.view, 0, 0));
  const [right, bottom] = model.scene.toData(...toUnit(stage.view, width, height));
  context.fillStyle = withAlpha(text, 0.75);
  context.strokeStyle = withAlpha(text, 0.4);
  const mark = (x: number, y: number, dx: number, dy: number): void => {
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x + dx, y + dy);
    context.stroke();
  };
  context.font = fontOf(ctx, 11);
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const at of ticks(left, right)) {
    const x = ((at - left) / (right - left)) * width;
    mark(x, height, 0, 4);
    context.fillText(signed(at), x, height + 7);
  }
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const at of ticks(bottom, top)) {
    const y = ((top - at) / (top - bottom)) * height;
    mark(0, y, -4, 0);
    context.fillText(signed(at), -7, y);
  }
  context.font = fontOf(ctx, 12);
  context.textAlign = "center";
  context.textBaseline = "top";
  context.fillText(across, width / 2, height + 23);
  context.save();
  context.translate(-AXES.left + 8, height / 2);
  context.rotate(-Math.PI / 2);
  context.fillText(up, 0, 0);
  context.restore();
}

type Entry = [colour: string, name: string, count: string];

/** The lines of the legend; null where all points are alike. */
function entriesOf(ctx: Context): Entry[] | null {
  const { model } = ctx;
  const { colour } = ctx.meta();
  if (colour.kind === "values") return [];
  if (colour.names.length < 2) return null;
  const colours = model.classColours(ctx.theme().scheme);
  return colour.names.flatMap((name, code): Entry[] =>
    model.hidden.has(code) ? [] : [[colours[code], name, counted(model.passing[code])]],
  );
}

export function drawLegend(context: CanvasRenderingContext2D, ctx: Context, { legend }: Arranged): void {
  const entries = entriesOf(ctx);
  if (!legend || !entries) return;
  const { x, y, width } = legend;
  const theme = ctx.theme();
  const { colour } = ctx.meta();
  // What has no room is told as a number.
  const most = Math.min(MOST_CLASSES, Math.floor((ctx.stage.view.height - 4 * LINE) / LINE));
  const shown = entries.slice(0, entries.length > most ? most - 1 : most);
  const left = entries.length - shown.length;
  const lines = colour.kind === "values" ? 2 : shown.length + (left > 0 ? 1 : 0);
  context.fillStyle = withAlpha(theme.background, 0.92);
  context.fillRect(x, y, width, (lines + 1) * LINE + PAD);
  context.strokeStyle = withAlpha(theme.text, 0.16);
  context.lineWidth = 1;
  context.strokeRect(x, y, width, (lines + 1) * LINE + PAD);
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.fillStyle = theme.text;
  context.font = fontOf(ctx, 13, 600);
  context.fillText(cut(context, colour.title, width - 20), x + 10, y + 16);
  context.font = fontOf(ctx, 12.5);
  if (colour.kind === "values") {
    drawScale(context, ctx, x + 10, y + 32, width - 20);
    return;
  }
  shown.forEach(([ink, name, count], k) => {
    const middle = y + 16 + (k + 1) * LINE;
    context.beginPath();
    context.arc(x + 16, middle, 5, 0, 2 * Math.PI);
    context.fillStyle = ink;
    context.fill();
    context.fillStyle = withAlpha(theme.text, 0.66);
    context.textAlign = "right";
    context.fillText(count, x + width - 10, middle);
    const room = width - 50 - context.measureText(count).width;
    context.textAlign = "left";
    context.fillStyle = theme.text;
    context.fillText(cut(context, name, room), x + 28, middle);
  });
  context.fillStyle = withAlpha(theme.text, 0.66);
  if (left > 0) context.fillText(`and ${counted(left)} more`, x + 28, y + 16 + lines * LINE);
}

function drawScale(
  context: CanvasRenderingContext2D,
  ctx: Context,
  x: number,
  y: number,
  width: number,
): void {
  const { colour } = ctx.meta();
  if (colour.kind !== "values") return;
  const colours = scaleColours(colour.palette);
  colours.forEach((ink, k) => {
    context.fillStyle = ink;
    // A hair wider, so that nothing shines through between two.
    context.fillRect(x + (k * width) / colours.length, y, width / colours.length + 0.5, 10);
  });
  const { text, scheme } = ctx.theme();
  context.fillStyle = withAlpha(text, 0.66);
  context.fillText(shortNumber(colour.low), x, y + 22);
  context.textAlign = "right";
  context.fillText(shortNumber(colour.high), x + width, y + 22);
  context.textAlign = "center";
  const unknown = ctx.model.sizes[ctx.model.classes - 1];
  if (unknown === 0) return;
  context.fillStyle = neutral(scheme);
  context.fillText(`${counted(unknown)} unknown`, x + width / 2, y + 22);
}
