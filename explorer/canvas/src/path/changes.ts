/** Which words of a text are new against the one before it. */

/**
 * Tell for each word of `now` whether it is new: not part of the longest run of words in order that
 * both texts share.
 */
export function newWords(before: readonly string[], now: readonly string[]): boolean[] {
  const [rows, columns] = [before.length + 1, now.length + 1];
  // longest[i][j]: of the words from i of `before` and from j of `now` on.
  const longest = new Uint16Array(rows * columns);
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      longest[i * columns + j] =
        before[i] === now[j]
          ? longest[(i + 1) * columns + j + 1] + 1
          : Math.max(longest[(i + 1) * columns + j], longest[i * columns + j + 1]);
    }
  }
  const fresh = now.map(() => true);
  for (let i = 0, j = 0; i < before.length && j < now.length; ) {
    if (before[i] === now[j]) {
      fresh[j] = false;
      i++;
      j++;
    } else if (longest[(i + 1) * columns + j] >= longest[i * columns + j + 1]) i++;
    else j++;
  }
  return fresh;
}

/** A text as words and what stands between them; every second part, from the first on, is a word. */
export function wordsIn(text: string): { word: string; before: string }[] {
  return [...text.matchAll(/(\s*)(\S+)/gu)].map(([, before, word]) => ({ word, before }));
}
