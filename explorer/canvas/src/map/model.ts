/** A map's data in the browser: where points lie, what each is, and which of them take part now. */
import { asCodes, asFloats } from "../columns";
import { densityOf, type Density } from "../density";
import { Grid } from "../grid";
import { classColours, neutral, scaleColours, STEPS, type Scheme } from "../palettes";
import { counted, Scene, valueAt } from "../scales";
import type { Meta } from "./meta";

/** The largest code of a value; it stands for "unknown". */
const UNKNOWN = 65_535;
const DENSITY_SIDE = 256;
/** How many styles a renderer must know: a class twice, and once dimmed for all classes. */
export interface Styles {
  colours: string[];
  opacities: number[];
}

/** One level of themes: the names, and of each point's finest code the one at this level. */
export interface Themes {
  names: string[];
  of: number[] | null;
  codes: Uint16Array;
}

export type Columns = Map<string, Uint8Array>;

export class MapModel {
  scene: Scene;
  private gridKept: Grid | null = null;
  private densityKept: Density | null = null;
  /** Of each point its class, or its step on the scale (STEPS for unknown). */
  codes: Uint16Array;
  classes = 1;
  /** Counts the colourings that were taken over. */
  version = 0;
  /** Of each class how many points there are, and how many of them the filter lets through. */
  sizes: Uint32Array = new Uint32Array(1);
  passing: Uint32Array = this.sizes;
  readonly hidden = new Set<number>();
  private clusters: Uint16Array | null = null;
  private mask: Uint8Array | null = null;
  private selected: Uint8Array | null = null;
  selectedCount = 0;
  /** Points that the filter lets through. */
  matching: number;

  constructor(
    public meta: Meta,
    columns: Columns,
  ) {
    this.scene = sceneOf(meta, columns);
    this.codes = new Uint16Array(this.scene.count);
    this.matching = this.scene.count;
    this.take(meta, columns);
  }

  /** The same items lie elsewhere now. */
  move(meta: Meta, columns: Columns): void {
    this.scene = sceneOf(meta, columns);
    this.gridKept = this.densityKept = null;
    this.version++;
  }

  /** Take over new colours, clusters and filter; the items are the same. */
  take(meta: Meta, columns: Columns): void {
    const recoloured = meta.colour.title !== this.meta.colour.title;
    this.version++;
    const colour = meta.columns.colour ? columns.get(meta.columns.colour) : undefined;
    if (meta.colour.kind === "classes") {
      this.classes = Math.max(1, meta.colour.names.length);
      this.codes = colour ? asCodes(colour, meta.code_bytes) : new Uint16Array(this.scene.count);
    } else {
      this.classes = STEPS + 1;
      this.codes = stepsOf(colour ? asCodes(colour, 2) : new Uint16Array(this.scene.count));
    }
    this.sizes = this.counts(() => true);
    if (recoloured) this.hidden.clear();
    const cluster = meta.columns.cluster ? columns.get(meta.columns.cluster) : undefined;
    this.clusters = cluster ? asCodes(cluster, meta.clusters?.code_bytes ?? 1) : null;
    this.filter(meta, columns);
  }

  /** Take over another filter; the colours are the same. */
  filter(meta: Meta, columns: Columns): void {
    this.meta = meta;
    this.mask = (meta.columns.mask && columns.get(meta.columns.mask)) || null;
    this.matching = this.mask ? bitsOf(this.mask, this.scene.count) : this.scene.count;
    this.passing = this.mask ? this.counts((index) => this.passes(index)) : this.sizes;
  }

  private counts(takes: (index: number) => boolean): Uint32Array {
    const found = new Uint32Array(this.classes);
    this.codes.forEach((code, index) => {
      if (code < this.classes && takes(index)) found[code]++;
    });
    return found;
  }

  /** Looks points of a flat map up; built when it is first needed. */
  get grid(): Grid {
    return (this.gridKept ??= new Grid(this.scene.points));
  }

  get density(): Density {
    return (this.densityKept ??= densityOf(this.scene.points, DENSITY_SIDE));
  }

  /** Whether a point can be hovered, picked and selected. */
  readonly accepts = (index: number): boolean => {
    if (this.hidden.size > 0 && this.hidden.has(this.codes[index])) return false;
    return this.passes(index);
  };

  /** The next point after one that can be picked, or the one before it; round the end. */
  next(after: number, back = false): number | null {
    const { count } = this.scene;
    const from = after < 0 && back ? 0 : after;
    for (let step = 1; step <= count; step++) {
      const index = (((from + (back ? -step : step)) % count) + count) % count;
      if (this.accepts(index)) return index;
    }
    return null;
  }

  private passes(index: number): boolean {
    return this.mask === null || ((this.mask[index >> 3] >> (index & 7)) & 1) === 1;
  }

  select(indices: ArrayLike<number>): void {
    this.selectedCount = indices.length;
    this.selected = indices.length > 0 ? new Uint8Array(this.scene.count) : null;
    for (let k = 0; k < indices.length; k++) if (this.selected) this.selected[indices[k]] = 1;
  }

  /** Whether some points take part and others do not. */
  get divided(): boolean {
    return this.mask !== null || this.selected !== null;
  }

  isSelected(index: number): boolean {
    return this.selected?.[index] === 1;
  }

  selection(): Uint32Array {
    const indices = new Uint32Array(this.selectedCount);
    for (let i = 0, at = 0; at < this.selectedCount; i++) {
      if (this.selected?.[i]) indices[at++] = i;
    }
    return indices;
  }

  /** Of each point the style it is drawn in: its class, or dimmed (the last one). */
  styleOf(index: number): number {
    if (this.hidden.size > 0 && this.hidden.has(this.codes[index])) return this.codes[index];
    const dimmed = !this.passes(index) || (this.selected !== null && this.selected[index] === 0);
    return dimmed ? this.classes : this.codes[index];
  }

  /** Of all points the styles they are drawn in. */
  styleCodes(): Uint16Array<ArrayBuffer> {
    const codes = new Uint16Array(this.scene.count);
    for (let index = 0; index < codes.length; index++) codes[index] = this.styleOf(index);
    return codes;
  }

  /** Whether a point is to be seen at all, however faintly. */
  readonly isDrawn = (index: number): boolean => !this.hidden.has(this.styleOf(index));

  /** The colours of the classes as the legend shows them. */
  classColours(scheme: Scheme): string[] {
    const { colour } = this.meta;
    if (colour.kind === "values") return [...scaleColours(colour.palette), neutral(scheme)];
    return classColours(this.classes, scheme, colour.other);
  }

  /** How each style is drawn; `opacity` is that of a point which takes part. */
  styles(scheme: Scheme, opacity: number): Styles {
    const colours = this.classColours(scheme);
    const opacities = colours.map((_, code) => (this.hidden.has(code) ? 0 : opacity));
    return {
      colours: [...colours, neutral(scheme)],
      opacities: [...opacities, Math.min(0.18, opacity * 0.35)],
    };
  }

  /** The themes to name on the map, from the coarsest level to the finest: clusters', else classes'. */
  themes(): Themes[] {
    const { clusters, colour } = this.meta;
    if (clusters && this.clusters) {
      const finest = { names: clusters.names, of: null, codes: this.clusters };
      return [...clusters.levels.map((level) => ({ ...level, codes: finest.codes })), finest];
    }
    if (colour.kind !== "classes" || colour.names.length < 2) return [];
    // What gathers left-over names has none of its own: it is the last one.
    const names = colour.other < 0 ? colour.names : colour.names.slice(0, colour.other);
    return [{ names, of: null, codes: this.codes }];
  }

  /** Whether a point's class is shown, as the legend says. */
  readonly shows = (index: number): boolean => !this.hidden.has(this.codes[index]);

  /** The points of a theme that can be selected, in rising order. */
  membersOf({ of, codes }: Themes, theme: number): Uint32Array {
    const found: number[] = [];
    for (let index = 0; index < codes.length; index++) {
      const code = codes[index];
      if ((of ? of[code] : code) === theme && this.accepts(index)) found.push(index);
    }
    return Uint32Array.from(found);
  }

  /** An item by its number and by what its colour says of it: "item 30, label 0". */
  saidOf(index: number): string {
    const { colour } = this.meta;
    const words = this.wordsFor(index);
    const item = `item ${counted(index)}`;
    if (!words) return item;
    // Words of what is measured name it already; what is told within a sentence begins small.
    const title = colour.title.replace(/^\p{Lu}(?=\p{Ll})/u, (letter) => letter.toLowerCase());
    return colour.kind === "classes" ? `${item}, ${title} ${words}` : `${item}, ${words}`;
  }

  /** What a point is called where it is hovered: its class, or its value. */
  wordsFor(index: number): string {
    const { colour } = this.meta;
    const code = this.codes[index];
    if (colour.kind === "classes") return colour.names.length > 1 ? (colour.names[code] ?? "") : "";
    if (code >= STEPS) return `${colour.title}: unknown`;
    const value = valueAt(colour, code / (STEPS - 1));
    return `${colour.title}: about ${Number(value.toPrecision(2))}`;
  }
}

function sceneOf({ columns: { xy }, dims }: Meta, columns: Columns): Scene {
  return Scene.of(asFloats(columns.get(xy) ?? new Uint8Array(0)), dims);
}

/** Two bytes of value, 0 to 65534 between the ends of the scale, as steps of colour. */
function stepsOf(codes: Uint16Array): Uint16Array {
  return codes.map((code) =>
    code === UNKNOWN ? STEPS : Math.min(STEPS - 1, Math.floor((code / UNKNOWN) * STEPS)),
  );
}

function bitsOf(mask: Uint8Array, count: number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += (mask[i >> 3] >> (i & 7)) & 1;
  return total;
}
