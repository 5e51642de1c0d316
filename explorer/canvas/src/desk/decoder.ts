/** Decode latent points over the live socket, in pieces that the server takes. */
import type { LiveClient } from "../live";
import { askDecode } from "../asks";
import type { Body } from "../protocol";

/** Ways that do not wait for each other; the map has its own (see map/context.ts). */
export const Lane = { result: 16, strip: 17, sheet: 18, item: 19, path: 20, ends: 21 } as const;

/** Rows of one request where the server has not said yet how many it takes. */
const FEW = 32;

export class Decoder {
  constructor(
    private readonly client: () => LiveClient | null,
    private readonly failed: (message: string) => void = () => undefined,
  ) {}

  get live(): boolean {
    return this.client()?.state === "live";
  }

  get mostRows(): number {
    return this.client()?.hello?.max_rows ?? FEW;
  }

  /** Decode `rows` points that lie one after the other in `z`; null where a newer one came. */
  async decode(
    lane: number,
    z: readonly number[],
    rows: number,
    temperature = 0,
  ): Promise<Body | null> {
    const reply = await this.client()?.ask(lane, (to) => askDecode(to, z, rows, temperature));
    if (reply?.kind === "error") this.failed(reply.message);
    return reply?.kind === "images" || reply?.kind === "texts" ? reply : null;
  }
}
