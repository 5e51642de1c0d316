/** The bar over the sliders: ways to set all of them at once. */
import { el, icon, type Icon } from "../dom";
import type { DeskMeta } from "./meta";

export interface StartWishes {
  sample(): void;
  reset(): void;
  walk(): void;
  heat(temperature: number): void;
  item(index: number): void;
}

export interface StartBar {
  root: HTMLElement;
  /** Whether a walk is under way. */
  walking(on: boolean): void;
}

function button(name: Icon, words: string, title: string, run: () => void): HTMLButtonElement {
  const made = el("button", { type: "button", class: "chip", title }, icon(name), el("span", {}, words));
  made.addEventListener("click", run);
  return made;
}

export function startBar(meta: DeskMeta, wishes: StartWishes): StartBar {
  const draw = button(
    "dice",
    "Random sample",
    "Draws a point where the model expects items to be (from the prior).",
    () => wishes.sample(),
  );
  draw.classList.add("primary");
  const reset = button("centre", "Reset", "Sets every slider to 0, the centre of the latent space.", () =>
    wishes.reset(),
  );
  const walk = button("walk", "Walk", "Wanders at random through the latent space.", () => wishes.walk());
  walk.setAttribute("aria-pressed", "false");
  const heat = el("input", {
    type: "range", min: 0, max: 1.5, step: 0.1, value: meta.temperature, "aria-label": "Temperature",
  }); // prettier-ignore
  const shown = el("output", {}, meta.temperature.toFixed(1));
  heat.addEventListener("input", () => (shown.textContent = Number(heat.value).toFixed(1)));
  heat.addEventListener("change", () => wishes.heat(Number(heat.value)));
  const item = el("input", {
    type: "number", min: 0, max: meta.items - 1, step: 1, placeholder: `0–${meta.items - 1}`,
  });
  const complain = (words: string): void => {
    item.setCustomValidity(words);
    if (words) item.reportValidity();
  };
  item.addEventListener("input", () => complain(""));
  item.addEventListener("change", () => {
    // What is no number reads as empty, and the browser knows that it was not.
    if (item.value.trim() === "" && !item.validity.badInput) return;
    const index = Number(item.value);
    const there = !item.validity.badInput && Number.isInteger(index) && index >= 0 && index < meta.items;
    complain(there ? "" : `Items are numbered 0 to ${meta.items - 1}.`);
    if (there) wishes.item(index);
  });
  const root = el(
    "div",
    { class: "starts" },
    draw,
    reset,
    walk,
    el(
      "label",
      { class: "heat", title: "How far random samples stray from the centre: 0 not at all, 1 as the items do." },
      "Temperature ",
      heat,
      shown,
    ),
    el(
      "label",
      { class: "from-item", title: `Puts the sliders where the model sees this item (0 to ${meta.items - 1}).` },
      "Start from item ",
      item,
    ),
  );
  return { root, walking: (on) => walk.setAttribute("aria-pressed", String(on)) };
}
