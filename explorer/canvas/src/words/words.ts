/** Texts whose words are marked: what was kept, added or left out, and how sure the model was. */
import { el } from "../dom";

export interface Piece {
  text: string;
  /** "" where nothing is compared. */
  change: "" | "kept" | "added" | "missing";
  /** How probable the model held it; null where nobody knows. */
  p: number | null;
}

export interface Row {
  title: string;
  note: string;
  /** How probable the surest word is, which is not faint: 1, but of documents, where all are small. */
  most: number;
  pieces: Piece[];
}

const SIGNS = { "": "", kept: "", added: "+", missing: "−" } as const;
const SAID = { "": "", kept: "kept", added: "added", missing: "missing" } as const;

/** How faintly a word is written: the less sure the model was of it, the fainter. */
export function faintness(p: number | null): string {
  return p === null ? "1" : (0.5 + 0.5 * Math.min(1, Math.max(0, p))).toFixed(2);
}

/** What hovering says of a word. */
export function hint({ change, p }: Piece): string {
  const sure = p === null ? "" : `probability ${p < 0.01 ? "below 0.01" : p.toFixed(2)}`;
  return [SAID[change], sure].filter((part) => part !== "").join(", ");
}

/** A word with a sign and a line of its own kind, so that no mark is told by colour alone. */
function wordOf(piece: Piece, most: number): HTMLElement {
  const tag = piece.change === "added" ? "ins" : piece.change === "missing" ? "del" : "span";
  const shown = el(tag, { class: `word ${piece.change}`, title: hint(piece) });
  const sign = SIGNS[piece.change];
  if (sign) shown.append(el("span", { class: "sign", "aria-label": `${SAID[piece.change]}:` }, sign));
  shown.append(piece.text);
  shown.style.opacity = faintness(piece.p === null ? null : piece.p / most);
  return shown;
}

function rowOf({ title, note, most, pieces }: Row): HTMLElement {
  const words = el("p", { class: "words" });
  pieces.forEach((piece, at) => words.append(at > 0 ? " " : "", wordOf(piece, most)));
  if (pieces.length === 0) words.append(el("span", { class: "quiet" }, "No words"));
  return el(
    "div",
    { class: "told" },
    title ? el("div", { class: "title" }, title) : null,
    words,
    note ? el("div", { class: "beneath" }, note) : null,
  );
}

export class Words {
  private readonly root = el("div", { class: "told-words" });

  constructor(meta: { rows: Row[] }, host: HTMLElement) {
    host.append(this.root);
    this.update(meta);
  }

  update({ rows }: { rows: Row[] }): void {
    this.root.replaceChildren(...rows.map(rowOf));
  }

  destroy(): void {
    this.root.remove();
  }
}
