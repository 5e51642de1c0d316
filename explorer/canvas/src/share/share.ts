/** The link of what is seen: to copy, and how long it is. */
import { mapOf } from "../atlas";
import { el, icon } from "../dom";
import { eyeOf, type Eye } from "../map/eye";
import { counted } from "../scales";

export interface LinkMeta {
  map: string;
  /** What the address says, by name. */
  parameters: Record<string, string>;
  /** The last turn of ours that Python knew of when it wrote this. */
  turn: number;
}

export interface LinkState {
  turn: number;
  camera: Eye | null;
}

/** Milliseconds for which a button says what it has done. */
const SAID = 2_000;

export class ShareLink {
  private readonly root = el("div", { class: "share" });
  private readonly field = el("input", {
    type: "text", readonly: true, "aria-label": "Link to this view", placeholder: "Making the link…",
  });
  private readonly copy = el("button", { type: "button", class: "copy", disabled: true });
  private readonly length = el("div", { class: "quiet" });
  private readonly turn: number;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(meta: LinkMeta, host: HTMLElement, tell: (state: LinkState) => void) {
    this.say("Copy");
    this.copy.addEventListener("click", () => void this.take());
    this.field.addEventListener("focus", () => this.field.select());
    this.root.append(el("div", { class: "row" }, this.field, this.copy), this.length);
    host.append(this.root);
    this.turn = meta.turn + 1;
    const map = mapOf(meta.map);
    // Only the browser knows where one looks; what else is seen, Python finds anew.
    tell({ turn: this.turn, camera: map && eyeOf(map.stage) });
    this.update(meta);
  }

  update({ parameters, turn }: LinkMeta): void {
    const known = turn === this.turn;
    this.copy.disabled = !known;
    this.field.value = known ? addressOf(parameters, document.location) : "";
    this.length.textContent = known ? `${counted(this.field.value.length)} characters` : "";
  }

  private async take(): Promise<void> {
    const done = await copied(this.field);
    this.say(done ? "Copied" : "Press Ctrl+C");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.say("Copy"), SAID);
  }

  private say(words: string): void {
    this.copy.replaceChildren(icon(words === "Copied" ? "done" : "copy"), el("span", {}, words));
    this.copy.setAttribute("aria-live", "polite");
  }

  destroy(): void {
    clearTimeout(this.timer);
  }
}

/** The address of this page with these parameters and no others. */
export function addressOf(
  parameters: Record<string, string>,
  { origin, pathname }: Pick<Location, "origin" | "pathname">,
): string {
  return `${origin}${pathname}?${new URLSearchParams(parameters)}`;
}

/** Copy what a field holds; where the clipboard is closed, as without https, it stays selected. */
async function copied(field: HTMLInputElement): Promise<boolean> {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    return document.execCommand("copy");
  }
}
