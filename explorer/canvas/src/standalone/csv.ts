/** Items as a table: what is known of them and their posterior means, as the app's download has it. */
import type { Items } from "./items";

export function csvOf(
  items: Items,
  latents: Float32Array,
  dim: number,
  chosen: readonly number[],
): string {
  const columns = new Map<string, (item: number) => string>();
  const { texts, labels, numbers, split, metadata } = items;
  if (texts) columns.set("Text", (item) => texts[item]);
  if (labels) columns.set("Label", (item) => labels[item]);
  columns.set("Item", (item) => String(numbers ? numbers[item] : item));
  columns.set("Split", (item) => split[item]);
  for (const [name, values] of Object.entries(metadata)) {
    if (!columns.has(name)) columns.set(name, (item) => values[item]);
  }
  for (let k = 0; k < dim; k++) {
    columns.set(`mu_${k}`, (item) => String(Number(latents[item * dim + k].toPrecision(6))));
  }
  const rows = [[...columns.keys()], ...chosen.map((item) => [...columns.values()].map((of) => of(item)))];
  return rows.map((row) => `${row.map(quoted).join(",")}\n`).join("");
}

function quoted(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
