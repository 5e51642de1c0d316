/** Cards that float beside a place on the map: an item that is hovered, a decode that is probed. */
import { el } from "../dom";
import type { Stage } from "./stage";

const GAP = 18;
const EDGE = 8;

/** Where a card of a size goes beside (x, y), wholly inside a window; over a finger, not under it. */
export function besides(
  x: number,
  y: number,
  card: { width: number; height: number },
  room: { width: number; height: number },
  touch: boolean,
): [left: number, top: number] {
  const inside = (value: number, size: number, whole: number): number =>
    Math.max(EDGE, Math.min(value, whole - size - EDGE));
  if (touch) {
    const above = y - card.height - 36;
    const top = above >= EDGE ? above : y + 36;
    return [inside(x - card.width / 2, card.width, room.width), inside(top, card.height, room.height)];
  }
  const right = x + GAP + card.width + EDGE <= room.width;
  const left = right ? x + GAP : x - GAP - card.width;
  const below = y + GAP + card.height + EDGE <= room.height;
  const top = below ? y + GAP : y - GAP - card.height;
  return [inside(left, card.width, room.width), inside(top, card.height, room.height)];
}

export class Card {
  readonly root: HTMLDivElement;
  private place: () => void = () => undefined;

  constructor(name: string) {
    this.root = el("div", { class: `card ${name}`, hidden: true });
  }

  get open(): boolean {
    return !this.root.hidden;
  }

  /** Show the card beside a place of the stage, and not over the legend. */
  at(x: number, y: number, stage: Stage, touch = false): void {
    this.root.hidden = false;
    this.place = () => this.at(x, y, stage, touch);
    const { view, frame } = stage;
    // A narrow window has no room beside the legend, which is folded there.
    const right = touch || view.width < 640 ? 0 : frame.inset.right - EDGE;
    const size = { width: this.root.offsetWidth, height: this.root.offsetHeight };
    const room = { width: view.width - right, height: view.height };
    const [left, top] = besides(x, y, size, room, touch);
    this.root.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  /** Its content has another size now: find its place again. */
  again(): void {
    if (this.open) this.place();
  }

  hide(): void {
    this.root.hidden = true;
  }
}
