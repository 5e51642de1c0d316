/** What Python tells the mixing desk, and what it tells Python. */
import type { Door } from "../connection";
import type { Still } from "../still";

export interface Dimension {
  /** Which number of z this is. */
  index: number;
  name: string;
  low: number;
  high: number;
  /** How much the model uses it, in plain words; and what hovering says. */
  usage: string;
  help: string;
  /** How many items lie in each part of the slider's reach, the fullest 100. */
  spread: number[];
}

export interface DeskMeta {
  modality: string;
  noun: string;
  model: string;
  live: Door | null;
  dims: Dimension[];
  /** How many sliders are shown at first; the others are folded away. */
  shown: number;
  z: number[];
  origin: string;
  temperature: number;
  items: number;
  /** One sentence below what is decoded, or nothing. */
  note: string;
  /** z decoded by Python: at first, and where there is no live socket. */
  answer: Still | null;
}

export interface DeskState {
  z: number[];
  origin: string;
  temperature: number;
  /** Which item to start from; Python answers with its z where there is no live socket. */
  item: number | null;
  request: number;
}
