/** What Python tells the map besides its columns, and what the map tells Python. */
import type { Door } from "../connection";
import type { Still } from "../still";
import type { Look } from "./eye";

export interface Classes {
  kind: "classes";
  title: string;
  names: string[];
  /** The class that gathers left-over names, −1 where there is none. */
  other: number;
}

export interface Values {
  kind: "values";
  title: string;
  low: number;
  high: number;
  palette: string;
}

/** A division of the items to name on the map. */
export interface Clusters {
  /** Of the finest level; an item whose code is none of them is noise, and never named. */
  names: string[];
  /** Bytes of one code in the column: 1 or 2. */
  code_bytes: number;
  /** Coarser levels, the coarsest first: their names, and of each of the finest its place in them. */
  levels: { names: string[]; of: number[] }[];
}

export interface Pin {
  /** In the coordinates of the map it was dropped on; an item lies where each map has it. */
  x: number;
  y: number;
  /** Which map that is (`Meta.view`); null where nobody knows. */
  view?: string | null;
  z: number[] | null;
  index: number | null;
  /** What the visitor wrote about it. */
  note?: string;
}

/** What Python has the map do once; null of a part leaves it as it is. */
export interface Order {
  token: string;
  ranges: string | null;
  query: string | null;
  /** Whether the pins are those that `Meta.pins` tells. */
  pins: boolean;
  camera: Look | null;
}

export interface Meta {
  /** Names of the columns, by their content. */
  columns: {
    xy: string;
    colour: string | null;
    cluster: string | null;
    mask: string | null;
    guests?: string | null;
    /** What lies over the points (`layers.ts`). */
    holes?: string | null;
    ellipses?: string | null;
  };
  /** Which of the guests is marked. */
  guest?: number | null;
  /** Bytes of one class code: 1 or 2. Values always take 2. */
  code_bytes: number;
  count: number;
  /** The numbers of each point in the column: two on a plane, three in space. */
  dims: 2 | 3;
  /** What one item is called, in the plural: "images", "sentences". */
  noun: string;
  modality: string;
  colour: Classes | Values;
  clusters: Clusters | null;
  /** One sentence of what the map shows, for screen readers. */
  summary: string;
  model: string;
  view: string;
  /** Whether two dimensions leave something open, so that one can choose where it comes from. */
  open_rest: boolean;
  live: Door | null;
  search: boolean;
  /** Maps that hold the same items and have the same link share what is selected. */
  link: string | null;
  /** Beside something else: the legend is folded, and nothing is explained. */
  compact: boolean;
  /** A path to show: places evenly apart (x, y and maybe z), and how far each can be trusted; null where there is none. */
  path: { places: number[][]; trust: number[] } | null;
  /** Whether one can draw a path by hand. */
  draws: boolean;
  picked: number | null;
  pins: Pin[];
  order?: Order | null;
  /** The answer to `state.probe` where there is no live socket. */
  answer: Still | null;
  /** Nothing is decoded here: what is shown of a place is the nearest item's, and is said to be. */
  stills?: boolean;
  /** The turn of the last state that Python knew of when it wrote this. */
  turn: number;
}

/** Differs where points look otherwise now; a new filter alone is not that. */
export function looksOf({ columns: { colour, cluster }, colour: meaning, clusters }: Meta): string {
  return JSON.stringify([colour, cluster, meaning, clusters]);
}

export interface State {
  selection: { ranges: string; count: number };
  picked: number | null;
  pins: Pin[];
  camera: { zoom: number; u: number; v: number };
  /** `index` is the item that is meant; null where it is a place, of which a map in space has none. */
  probe: { x: number; y: number; rest: number; request: number; index: number | null } | null;
  query: string;
  /** The places of a path that was drawn by hand; none before there was one. */
  drawn: [number, number][];
  /** Where what the map leaves open comes from, told only where paths are drawn. */
  rest: number;
  /** The token of the last order that was carried out. */
  done?: string;
  /** Counts what was said, so that an answer to something older is known as such. */
  turn: number;
}
