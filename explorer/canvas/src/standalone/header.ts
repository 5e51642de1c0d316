/** What the header of a map that was taken away says; explorer/html_export/content.py writes it. */
import type { Classes, Pin, Values } from "../map/meta";

/** A way to colour the points: what the legend says, and the section with the codes. */
export type Colour = (Classes | Values) & { column: string | null; code_bytes: number };

/** How a place of the map becomes z. */
export interface Seen {
  kind: "raw" | "linear" | "neighbours" | "space";
  /** Of a raw view: which dimensions are drawn. */
  axes?: number[];
  /** Of one of neighbours: how many of them weigh. */
  k?: number;
  /** The median over the items of the mean distance to their nearest others. */
  spacing: number;
}

/** One layer of a decoder of pictures. */
export type Layer =
  | { op: "linear"; name: string }
  | { op: "relu" | "tanh" | "silu" }
  | { op: "maps"; channels: number; height: number; width: number }
  | { op: "norm"; name: string; groups: number; eps: number }
  | { op: "conv"; name: string }
  | { op: "block"; gain: string; layers: Layer[] }
  | { op: "enlarge"; height: number; width: number };

export interface PicturesDecoder {
  kind: "pictures";
  layers: Layer[];
  /** Whether what is drawn is a logit of ink, or ink itself. */
  logits: boolean;
}

export interface SentencesDecoder {
  kind: "gru" | "lstm" | "transformer";
  max_tokens: number;
  tokens: "word" | "bpe";
  heads?: number;
  layers?: number;
}

export interface DocumentsDecoder {
  kind: "bag-of-words";
  /** σ of softmax(σ z), null where z itself is decoded. */
  topics: number | null;
  shown: number;
}

export type DecoderAbout = PicturesDecoder | SentencesDecoder | DocumentsDecoder;

export interface Header {
  /** Differs from file to file. */
  id: string;
  title: string;
  noun: string;
  modality: "images" | "sentences" | "documents";
  dim: number;
  items: number;
  /** Pins that were dropped before the file was made. */
  pins: Pin[];
  /** How many the run has; these are a sample where that is more. */
  of: number;
  /** Height, width and colours of a picture. */
  shape?: [number, number, number];
  seen: Seen;
  open_rest: boolean;
  colours: Colour[];
  /** What the map shows and how far it can be believed. */
  note: string;
  /** Why nothing is decoded here but what was decoded before; null where there is a decoder. */
  still: string | null;
  decoder: DecoderAbout | null;
  /** Whether the items are the model's own, since the originals are not here; and words on that. */
  items_are_decoded: boolean;
  items_note: string;
  decoded: string;
  /** The item to show first. */
  typical: number;
  /** The two dimensions that are used most, whose σ are here. */
  active: number[];
  /** What is in "About this file": headings, and lines or whole texts below them. */
  about: { title: string; lines?: [string, string][]; text?: string }[];
}
