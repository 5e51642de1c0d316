/**
 * A map that was taken away: one file that holds items, map and decoder, and asks nobody.
 *
 * The same script is the page and, in a worker made of its own text, what decodes.
 */
import mapStyle from "../style.css?inline";
import { unpacked } from "./content";
import { el } from "../dom";
import { serve } from "./local";
import { FilePage } from "./page";
import pageStyle from "./page.css?inline";

/** Some browsers refuse storage to pages from disk; nothing here needs it for longer than a visit. */
function withStorage(): void {
  try {
    void window.sessionStorage.length;
  } catch {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => void kept.set(name, value),
      removeItem: (name: string) => void kept.delete(name),
    };
    Object.defineProperty(window, "sessionStorage", { value: storage });
  }
}

function complain(words: string): void {
  document.body.append(el("p", { class: "file-problem", role: "alert" }, words));
}

async function open(): Promise<void> {
  withStorage();
  document.head.append(el("style", {}, mapStyle), el("style", {}, pageStyle));
  const [content, script] = ["content", "script"].map((id) => document.getElementById(id)?.textContent ?? "");
  if (typeof DecompressionStream === "undefined") {
    complain("This browser is too old to unpack the map: open the file in a newer one.");
    return;
  }
  let bytes: Uint8Array;
  try {
    bytes = await unpacked(content);
  } catch {
    complain("This file is damaged: copy it again, whole.");
    return;
  }
  document.getElementById("waiting")?.remove();
  document.getElementById("content")?.remove();
  new FilePage(bytes, script, document.body);
}

if (typeof document === "undefined") serve(self as unknown as Parameters<typeof serve>[0]);
else void open();
