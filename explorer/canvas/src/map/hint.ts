/** The first hint: one sentence for those who are here for the first time. */
import { el } from "../dom";

const SEEN = "latentscape.probed";

/** It goes with the first decode. */
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
