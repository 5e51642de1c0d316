/** The names of themes, written on the map where there is room: larger themes from far away. */
import { oneLine } from "../dom";
import { anchorsOf, ASIDE, leaderOf, placed, type Anchor, type Box, type Placed } from "../labels";
import { directionOf, fitted, levelAt, startsOf } from "../levels";
import { dot, stroke, written, type Spot } from "../marks";
import { Followed } from "../moving";
import { reducedMotion } from "../theme";
import { toUnit } from "../view";
import type { Context } from "./context";
import type { Themes } from "./model";

/** CSS pixels: the height of letters of the smallest and the largest theme, and the widest name. */
const SMALLEST = 12.5;
const LARGEST = 19;
const WIDEST = 220;
const FADE = 160;
/** In space names far behind are fainter, but can be read. */
const FAINTEST = 0.45;
/** Milliseconds of rest after which names are placed among what is in sight. */
const REST = 140;
const CLOSE = 1.2;
/** So few names are moved aside before one is left out; more of them wait for a closer look. */
const FEW = 30;

interface Name {
  key: string;
  level: number;
  code: number;
  words: string;
  direction: "ltr" | "rtl";
  size: number;
  width: number;
  anchor: Anchor;
}

interface Written extends Box {
  level: number;
  code: number;
}

export class Names {
  private levels: { themes: Themes; names: Name[] | null; inSight: Anchor[] | null }[] = [];
  /** For which points, classes and letters the names are. */
  private about = "";
  private level = -1;
  private before = -1;
  private changedAt = -Infinity;
  private written: Written[] = [];
  private hovered: string | null = null;
  private rest: ReturnType<typeof setTimeout> | undefined;
  /** The view for which names were placed, and the one for which that is to be done. */
  private placedFor: unknown = null;
  private waitingFor: unknown = null;
  private readonly followed = new Followed();

  constructor(private readonly ctx: Context) {}

  /** The map begins to become another one. */
  moved(): void {
    this.followed.begin();
    this.hovered = null;
    this.level = -1;
  }

  /** The theme whose name is written at a place of the window; only clusters can be chosen so. */
  at(x: number, y: number): { themes: Themes; code: number; words: string } | null {
    if (!this.ctx.meta().clusters) return null;
    const one = this.written.find(
      (box) => Math.abs(box.x - x) <= box.width / 2 && Math.abs(box.y - y) <= box.height / 2,
    );
    if (!one) return null;
    const { themes } = this.levels[one.level];
    return { themes, code: one.code, words: oneLine(themes.names[one.code]) };
  }

  /** The pointer is over a place; whether a name that can be chosen is written there. */
  hover(x: number, y: number): boolean {
    const found = this.at(x, y);
    const key = found && `${this.levels.findIndex(({ themes }) => themes === found.themes)}:${found.code}`;
    if (key !== this.hovered) this.ctx.stage.repaint();
    this.hovered = key;
    return found !== null;
  }

  /** Write them, none over the boxes that are `taken`. */
  draw(context: CanvasRenderingContext2D, taken: readonly Box[] = []): void {
    const { stage } = this.ctx;
    this.prepare();
    this.written = [];
    if (this.levels.length === 0) return;
    this.chooseLevel();
    this.look();
    const fade = Math.min(1, (performance.now() - this.changedAt) / FADE);
    const boxes = [...taken];
    this.write(context, this.level, fade, boxes);
    if (fade < 1 && this.before >= 0) this.write(context, this.before, 1 - fade, boxes);
    if (fade < 1) stage.repaint();
    context.direction = "inherit";
  }

  private write(context: CanvasRenderingContext2D, level: number, fade: number, boxes: Box[]): void {
    const { stage } = this.ctx;
    const { width, height } = stage.lens;
    const theme = this.ctx.theme();
    const { inSight } = this.levels[level];
    const seen = this.namesOf(level, context).flatMap((name) => {
      const [x, y, near] = this.placeOf(name, inSight?.[name.code]);
      if (!(x >= 0 && x <= width && y >= 0 && y <= height)) return [];
      const weight = name.anchor.size * near;
      return [{ name, near, x, y, width: name.width, height: 1.4 * name.size, weight }];
    });
    context.textAlign = "center";
    context.textBaseline = "middle";
    // While a space turns, names that move aside would jump.
    const aside = seen.length <= FEW && !stage.deep ? ASIDE : undefined;
    const { left, right } = stage.frame.inset;
    const places = placed(seen, width, height, boxes, aside, 4, [left, right]);
    this.lead(context, seen, places, fade);
    for (const { index, x, y } of places) {
      const { name, near, ...at } = seen[index];
      const box = { ...at, x, y };
      boxes.push(box);
      this.written.push({ ...box, level: name.level, code: name.code });
      context.font = fontOf(name.size, theme.font);
      context.direction = name.direction;
      const hovered = name.key === this.hovered;
      const strength = stage.deep && !hovered ? Math.max(FAINTEST, Math.min(1, near ** 3)) : 1;
      const colour = hovered ? theme.accent : theme.text;
      written(context, name.words, [x, y], { ...theme, text: colour }, 0.85, fade * strength);
    }
  }

  /** A thin line from each name that was moved aside to what it belongs to. */
  private lead(context: CanvasRenderingContext2D, seen: readonly Box[], places: Placed[], fade: number): void {
    const { text, background } = this.ctx.theme();
    context.globalAlpha = 0.8 * fade;
    for (const { index, x, y } of places) {
      const own = seen[index];
      const from = leaderOf({ ...own, x, y }, [own.x, own.y]);
      if (!from) continue;
      const line: Spot[] = [from, [own.x, own.y]];
      stroke(context, line, background, 3);
      stroke(context, line, text, 1);
      dot(context, [own.x, own.y], 2.5, text);
    }
    context.globalAlpha = 1;
  }

  /** Where a name is written: its densest place, or the densest in sight where that is not. */
  private placeOf(name: Name, inSight: Anchor | undefined): [number, number, number] {
    const { stage } = this.ctx;
    const { width, height } = stage.lens;
    let at = stage.seen(name.anchor.u, name.anchor.v, name.anchor.w);
    const outside = !(at[0] >= 0 && at[1] >= 0 && at[0] <= width && at[1] <= height);
    if (outside && inSight && inSight.size > 0) at = stage.seen(inSight.u, inSight.v);
    return this.followed.at(name.key, at, stage.share);
  }

  private chooseLevel(): void {
    const { zoom, lens } = this.ctx.stage;
    const counts = this.levels.map(({ themes }) => themes.names.length);
    const level = levelAt(zoom, startsOf(counts, lens.width, lens.height), this.level);
    if (level === this.level) return;
    this.before = this.level;
    this.level = level;
    this.placedFor = null;
    this.changedAt = this.before < 0 || reducedMotion() ? -Infinity : performance.now();
  }

  /** Begin anew where something has changed that names depend on. */
  private prepare(): void {
    const { model } = this.ctx;
    const { font } = this.ctx.theme();
    const about = [font, this.widest, model.version, ...model.hidden].join();
    if (about === this.about) return;
    this.about = about;
    this.placedFor = this.waitingFor = null;
    this.levels = model.themes().map((themes) => ({ themes, names: null, inSight: null }));
    this.level = Math.min(this.level, this.levels.length - 1);
    this.before = -1;
  }

  /** The names of a level, placed and measured when they are first drawn. */
  private namesOf(level: number, context: CanvasRenderingContext2D): Name[] {
    const { themes, names } = this.levels[level];
    return names ?? (this.levels[level].names = this.measured(themes, level, context));
  }

  private measured(themes: Themes, level: number, context: CanvasRenderingContext2D): Name[] {
    const { model } = this.ctx;
    const { font } = this.ctx.theme();
    const { points, dims } = model.scene;
    const clusters = Boolean(this.ctx.meta().clusters);
    const anchors = anchorsOf({ points, dims, ...themes, accept: model.shows }, themes.names.length);
    const most = Math.max(...anchors.map(({ size }) => size));
    return anchors.flatMap((anchor, code) => {
      if (anchor.size === 0) return [];
      const share = clusters ? Math.sqrt(anchor.size / most) : 0.1;
      const size = SMALLEST + (LARGEST - SMALLEST) * share;
      context.font = fontOf(size, font);
      const whole = oneLine(themes.names[code]) || "(empty)";
      const words = fitted(whole, this.widest, (part) => context.measureText(part).width);
      const width = context.measureText(words).width + 6;
      const key = `${level}:${code}`;
      return [{ key, level, code, words, direction: directionOf(words), size, width, anchor }];
    });
  }

  private get widest(): number {
    return Math.min(WIDEST, 0.45 * this.ctx.stage.lens.width);
  }

  /** Soon, if the map is at rest by then, find where themes are densest among what is in sight. */
  private look(): void {
    const { stage } = this.ctx;
    if (stage.deep || stage.view === this.placedFor || stage.view === this.waitingFor) return;
    clearTimeout(this.rest);
    this.waitingFor = stage.view;
    if (stage.zoom < CLOSE) {
      for (const level of this.levels) level.inSight = null;
      this.placedFor = stage.view;
      this.waitingFor = null;
      return;
    }
    this.rest = setTimeout(() => this.findInSight(), REST);
  }

  private findInSight(): void {
    const { model, stage } = this.ctx;
    const { view, frame } = stage;
    const { left: hidden, right: legend, top: over, bottom: under } = frame.inset;
    const { points, dims } = model.scene;
    const level = this.levels[this.level];
    this.waitingFor = null;
    if (dims === 3 || !level) return;
    const [left, top] = toUnit(view, hidden, over);
    const [right, bottom] = toUnit(view, view.width - legend, view.height - under);
    // Not at the very edge, where half a name would be outside.
    const [wide, tall] = [0.06 * (right - left), 0.06 * (top - bottom)];
    const part = {
      low: [left + wide, bottom + tall],
      size: [right - left - 2 * wide, top - bottom - 2 * tall],
    };
    const members = { points, dims, ...level.themes, accept: model.shows };
    level.inSight = anchorsOf(members, level.themes.names.length, part);
    this.placedFor = view;
    stage.repaint();
  }

  destroy(): void {
    clearTimeout(this.rest);
  }
}

function fontOf(size: number, family: string): string {
  return `600 ${size.toFixed(1)}px ${family}`;
}
