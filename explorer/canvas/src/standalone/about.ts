/** What is said of a file in the file: where it comes from, how it was made, on what terms. */
import { el, icon } from "../dom";
import type { Header } from "./header";

export function aboutDialog({ about, title }: Header): HTMLDialogElement {
  const close = el("button", { type: "button", class: "file-field file-close", "aria-label": "Close" });
  close.append(icon("close"));
  const dialog = el("dialog", { class: "file-about", "aria-label": "About this file" });
  const head = el("div", { class: "file-head" }, el("h2", {}, `About this file: ${title}`), close);
  dialog.append(head, ...about.map(section));
  close.addEventListener("click", () => dialog.close());
  // A click beside the panel is one on what is behind it.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  return dialog;
}

function section({ title, lines, text }: Header["about"][number]): HTMLElement {
  const facts = el("dl", { class: "file-facts" });
  for (const [name, value] of lines ?? []) {
    facts.append(el("div", {}, el("dt", {}, name), el("dd", {}, value)));
  }
  const whole = text === undefined ? null : el("pre", {}, text);
  return el("section", {}, el("h3", {}, title), lines ? facts : null, whole);
}
