/** An item as one line of a list: its picture or its text, its label and its number. */
import { pictureOf } from "../decoded";
import { el, oneLine } from "../dom";
import { counted } from "../scales";
import type { Items } from "./items";

export function lineOf(items: Items, item: number, open: () => void): HTMLButtonElement {
  const line = el("button", { type: "button", class: "file-line", "data-item": item });
  const picture = items.picture(item);
  if (picture) line.append(pictureOf(picture));
  const label = items.labels?.[item];
  const text = items.texts?.[item];
  const words = text !== undefined ? oneLine(text, 160) : label !== undefined ? oneLine(label, 60) : "";
  line.append(el("span", { class: "file-words" }, words || `Item ${counted(item)}`));
  if (words) line.append(el("span", { class: "file-quiet" }, counted(item)));
  line.addEventListener("click", open);
  return line;
}
