/** The keyboard path: everything a hand can do on the map, without one. */
import type { Tool } from "./gestures";
import { Toolbar } from "./toolbar";

export interface Commands {
  step(dx: number, dy: number): void;
  pin(): void;
  /** One thing after the other: the decode, the selection, the item. */
  clear(): void;
  search(): void;
  zoom(factor: number): void;
  reset(): void;
  choose(tool: Tool): void;
  space(held: boolean): void;
}

export const HELP =
  "Arrow keys move the probe, with Shift in larger steps. Enter pins what is decoded, Escape " +
  "clears, plus and minus zoom, 0 shows the whole map, slash searches, 1 to 4 choose a tool.";

export const HELP_DEEP =
  "Arrow keys turn the map, with Shift in larger steps. Enter decodes the item that is shown, and " +
  "then pins it, Escape clears, plus and minus zoom, 0 shows the whole map, slash searches, 1 to 4 " +
  "choose a tool.";

const STEP = 12;
const ARROWS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export function listenToKeys(surface: HTMLElement, commands: Commands): void {
  // The ring around the map is for those who use keys: a press with the pointer takes it away.
  surface.addEventListener("focus", () => surface.classList.add("keyed"));
  surface.addEventListener("pointerdown", () => surface.classList.remove("keyed"));
  surface.addEventListener("keydown", (event) => {
    if (event.target === surface) surface.classList.add("keyed");
    // Keys with Control, Alt or Command are the browser's; buttons inside the map have their own.
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== surface) return;
    if (act(event, commands)) event.preventDefault();
  });
  surface.addEventListener("keyup", (event) => {
    if (event.key === " ") commands.space(false);
  });
  surface.addEventListener("blur", () => commands.space(false));
}

function act(event: KeyboardEvent, commands: Commands): boolean {
  const arrow = ARROWS[event.key];
  if (arrow) {
    const length = STEP * (event.shiftKey ? 5 : 1);
    commands.step(arrow[0] * length, arrow[1] * length);
    return true;
  }
  const tool = Toolbar.at(Number(event.key));
  if (tool) {
    commands.choose(tool);
    return true;
  }
  switch (event.key) {
    case "Enter":
      commands.pin();
      return true;
    case "Escape":
      commands.clear();
      return true;
    case "/":
      commands.search();
      return true;
    case "+":
    case "=":
      commands.zoom(1.4);
      return true;
    case "-":
    case "_":
      commands.zoom(1 / 1.4);
      return true;
    case "0":
      commands.reset();
      return true;
    case " ":
      commands.space(true);
      return true;
    default:
      return false;
  }
}
