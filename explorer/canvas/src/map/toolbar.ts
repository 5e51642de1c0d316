/** The slim bar of tools, the buttons that zoom, and the search box. */
import { el, icon, setAttributes, type Icon } from "../dom";
import type { Tool } from "./gestures";

const TOOLS: readonly [Tool, string][] = [
  ["probe", "Probe: drag to decode what lies under the pointer (1)"],
  ["pan", "Pan: drag to move the map; the space bar does so with every tool (2)"],
  ["box", "Box: drag to select (3)"],
  ["lasso", "Lasso: draw around what you want to select (4)"],
];
const TURN =
  "Turn: drag to turn the map, with Shift or the right button to move it; click an item to decode it (1)";
/** A pause in typing after which one is taken to be done. */
const PAUSE = 350;

function button(name: Icon, label: string, run: () => void): HTMLButtonElement {
  const made = el("button", { type: "button", class: "tool", "aria-label": label, title: label });
  made.append(icon(name));
  made.addEventListener("click", run);
  return made;
}

export class Toolbar {
  readonly root = el("div", { class: "panel tools", role: "toolbar", "aria-label": "Tools" });
  private readonly buttons: Map<Tool, HTMLButtonElement>;

  constructor(private readonly chosen: (tool: Tool) => void) {
    this.buttons = new Map(
      TOOLS.map(([tool, label]) => [tool, button(tool, label, () => this.choose(tool))]),
    );
    this.root.append(...this.buttons.values());
  }

  choose(tool: Tool): void {
    for (const [name, made] of this.buttons) {
      made.setAttribute("aria-pressed", String(name === tool));
    }
    this.chosen(tool);
  }

  /** The first tool probes a plane; in space, where a pointer means no single place, it turns the map. */
  lies(deep: boolean): void {
    const made = this.buttons.get("probe");
    const label = deep ? TURN : TOOLS[0][1];
    if (!made) return;
    setAttributes(made, { "aria-label": label, title: label });
    made.replaceChildren(icon(deep ? "turn" : "probe"));
  }

  /** The tool of a number key. */
  static at(number: number): Tool | undefined {
    return TOOLS[number - 1]?.[0];
  }
}

export function zoomButtons(zoom: (factor: number) => void, reset: () => void): HTMLElement {
  return el(
    "div",
    { class: "panel zooms", role: "group", "aria-label": "Zoom" },
    button("plus", "Zoom in (+)", () => zoom(1.6)),
    button("minus", "Zoom out (−)", () => zoom(1 / 1.6)),
    button("whole", "Show the whole map (0)", reset),
  );
}

export class Search {
  // A label: a press on the glass goes to the box, which is folded away on a phone.
  readonly root = el("label", { class: "panel search" });
  readonly input: HTMLInputElement;
  private readonly found = el("span", { class: "found", "aria-hidden": "true" });
  private timer: ReturnType<typeof setTimeout> | undefined;
  private last = "";
  /** Whether what is found first is to be opened as soon as it is known. */
  private wanted = false;

  constructor(
    noun: string,
    search: (words: string) => void,
    private readonly open: (back: boolean) => void,
    leave: () => void,
  ) {
    this.input = el("input", {
      type: "search",
      placeholder: `Search ${noun}`,
      "aria-label": `Search ${noun}`,
      title: "Search (/); Enter opens what was found, one after the other",
      maxlength: 200,
      autocomplete: "off",
      spellcheck: "false",
    });
    const go = (): void => {
      clearTimeout(this.timer);
      const words = this.input.value.trim();
      if (words === this.last) return;
      this.last = words;
      search(words);
    };
    this.input.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(go, PAUSE);
    });
    this.input.addEventListener("keydown", (event) => {
      // The map's own keys must not act on what is typed.
      event.stopPropagation();
      if (event.key === "Enter") {
        if (this.input.value.trim() === this.last) this.last && this.open(event.shiftKey);
        else {
          this.wanted = true;
          go();
        }
      }
      if (event.key !== "Escape") return;
      if (this.input.value) {
        this.input.value = "";
        go();
      } else leave();
    });
    this.root.append(icon("search"), this.input, this.found);
  }

  /** Search for other words, as if they had been typed; whoever says so has told Python. */
  put(words: string): void {
    clearTimeout(this.timer);
    this.input.value = this.last = words;
  }

  /** Say how many were found; nothing where nothing is searched. */
  say(words: string, answered: boolean): void {
    this.found.textContent = this.last ? words : "";
    if (!answered) return;
    if (this.wanted && this.last) this.open(false);
    this.wanted = false;
  }

  destroy(): void {
    clearTimeout(this.timer);
  }
}
