/** Where the dimensions come from that a place on the map leaves open. */
import { el } from "../dom";
import { Rest } from "../protocol";

const WAYS = [
  [Rest.mean, "the average item"],
  [Rest.nearest, "the nearest item"],
] as const;

export function restChoice(choose: (mode: number) => void): HTMLElement {
  const select = el("select", { "aria-label": "Where the other dimensions come from" });
  for (const [mode, words] of WAYS) select.append(el("option", { value: mode }, words));
  select.addEventListener("change", () => choose(Number(select.value)));
  const title =
    "The map shows a plane of a space with more dimensions. What the plane leaves open is taken from here.";
  return el("label", { class: "rest", title }, "Other dimensions from ", select);
}
