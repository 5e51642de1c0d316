/** The quiet line in the corner: whether decoding is live, and what cannot be had here. */
import { el } from "./dom";
import type { State } from "./live";

/** What is said of a connection; a page without a server says it otherwise. */
export const WORDS: Record<State, string> = {
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
