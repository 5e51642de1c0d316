/** Hints at the foot of the map: what to do first, and what one would else wonder about. */
import { el } from "../dom";

const SEEN = { flat: "latentscape.probed", deep: "latentscape.probed.deep" };

/** One sentence for those who are here for the first time; it goes with the first decode. */
export class Hint {
  readonly root = el("div", { class: "hint" });
  private seen = SEEN.flat;
  private wanted = true;

  constructor(private readonly modality: string) {}

  /** The map lies in space, or on a plane. */
  lies(deep: boolean): void {
    const verb = this.modality === "images" ? "draws" : "says";
    this.root.textContent = deep
      ? "Drag to turn. Click: the nearest item is decoded"
      : `Press and drag: the model ${verb} what lies there`;
    this.seen = deep ? SEEN.deep : SEEN.flat;
    this.show();
  }

  /** The tool that it speaks of was chosen, or another one. */
  choose(probe: boolean): void {
    this.wanted = probe;
    this.show();
  }

  private show(): void {
    this.root.hidden = !this.wanted || sessionStorage.getItem(this.seen) !== null;
  }

  done(): void {
    if (this.root.hidden) return;
    sessionStorage.setItem(this.seen, "yes");
    this.root.hidden = true;
  }
}

/** Milliseconds in which a sentence can be read. */
const LONG = 6_000;

/** A sentence that is shown for a while. */
export class Remark {
  readonly root = el("div", { class: "hint", hidden: true });
  private timer: ReturnType<typeof setTimeout> | undefined;

  say(words: string): void {
    clearTimeout(this.timer);
    this.root.textContent = words;
    this.root.hidden = false;
    this.timer = setTimeout(() => (this.root.hidden = true), LONG);
  }

  destroy(): void {
    clearTimeout(this.timer);
  }
}
