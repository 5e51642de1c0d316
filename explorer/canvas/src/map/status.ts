/** The quiet line in the corner: whether decoding is live, and what cannot be had here. */
import { el } from "../dom";
import type { State } from "../live";

const WORDS: Record<State, string> = {
  connecting: "Connecting…",
  live: "Live",
  reconnecting: "Reconnecting…",
  offline: "Offline: trying again",
};

export class Status {
  readonly root = el("div", { class: "status" });
  private readonly dot = el("span", { class: "dot" });
  private readonly words = el("span", { class: "words" });
  private readonly note = el("span", { class: "note" });

  constructor() {
    this.root.append(this.dot, this.words, this.note);
    this.still();
  }

  live(state: State): void {
    this.root.dataset.state = state;
    this.words.textContent = WORDS[state];
  }

  /** There is no live socket here at all. */
  still(): void {
    this.root.dataset.state = "still";
    this.words.textContent =
      "Decodes when you let go; start the app with the latentscape command to decode as you drag";
  }

  plain(): void {
    this.note.textContent = "Drawn without WebGL";
  }
}

const SEEN = "latentscape.probed";

/** One sentence for those who are here for the first time; it goes with the first decode. */
export class Hint {
  readonly root: HTMLElement;

  constructor(modality: string) {
    const verb = modality === "images" ? "draws" : "says";
    this.root = el("div", { class: "hint" }, `Press and drag: the model ${verb} what lies there`);
    this.root.hidden = sessionStorage.getItem(SEEN) !== null;
  }

  done(): void {
    if (this.root.hidden) return;
    sessionStorage.setItem(SEEN, "yes");
    this.root.hidden = true;
  }
}
