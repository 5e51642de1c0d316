/** From tokens to texts, as vae_core/data/tokenizer.py does it. */

const NO_SPACE_BEFORE = / ([,.;:!?%)\]}…])/gu;
const CLOSES = /^[,.;:!?%)\]}…]/u;
const NO_SPACE_AFTER = /([([{]) /gu;
const OPENS = /[([{]$/u;

/** What Python strips from the ends of a text; a byte order mark is space to JavaScript alone. */
const SPACE = "(?:[^\\S\\ufeff]|[\\x1c-\\x1f\\x85])+";
const ENDS = new RegExp(`^${SPACE}|${SPACE}$`, "g");

export function stripped(text: string): string {
  return text.replace(ENDS, "");
}

/** What each token adds to the text; special ones, which have no letters, add nothing. */
export function piecesOf(tokens: readonly string[], kind: "word" | "bpe"): string[] {
  return kind === "word" ? spaced(tokens) : characters(tokens);
}

/** Words with the space before them, where the marks around leave one. */
function spaced(tokens: readonly string[]): string[] {
  let before = "";
  return tokens.map((token) => {
    const apart = before !== "" && token !== "" && !CLOSES.test(token) && !OPENS.test(before);
    before = token || before;
    const tight = token.replace(NO_SPACE_BEFORE, "$1").replace(NO_SPACE_AFTER, "$1");
    return (apart ? " " : "") + tight;
  });
}

/** Byte-level tokens as the characters that they complete. */
function characters(tokens: readonly string[]): string[] {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const pieces = tokens.map((token) => decoder.decode(bytesOf(token), { stream: true }));
  if (pieces.length > 0) pieces[pieces.length - 1] += decoder.decode();
  return pieces;
}

function bytesOf(token: string): Uint8Array {
  const bytes: number[] = [];
  for (const letter of token) {
    const byte = BYTES.get(letter);
    if (byte !== undefined) bytes.push(byte);
    else bytes.push(...new TextEncoder().encode(letter));
  }
  return Uint8Array.from(bytes);
}

/** The letters that stand for bytes in byte-level BPE (Radford et al. 2019). */
const BYTES = byteLetters();

function byteLetters(): Map<string, number> {
  const shown = (byte: number): boolean =>
    (byte >= 0x21 && byte < 0x7f) || (byte >= 0xa1 && byte < 0xad) || (byte >= 0xae && byte < 0x100);
  const letters = new Map<string, number>();
  let hidden = 0;
  for (let byte = 0; byte < 256; byte++) {
    letters.set(String.fromCodePoint(shown(byte) ? byte : 0x100 + hidden++), byte);
  }
  return letters;
}
