/** A live socket within the page: a worker answers, so that no drag waits for a decode. */
import { browser, type Socket, type World } from "../live";
import { Answering } from "./answering";

/** What comes back for frames: from a worker, or from this thread where workers are refused. */
interface Answerer {
  ask(frame: ArrayBuffer): void;
}

type Heard = (frame: ArrayBuffer) => void;

/** Who decodes; the page notes it, for whoever wonders why it is slow. */
export type Where = "worker" | "page";

/** The side of the worker: its first message is the content, every other one a frame. */
export function serve(scope: { onmessage: unknown; postMessage(data: unknown, also?: unknown): void }): void {
  let answering: Answering | null = null;
  scope.onmessage = ({ data }: { data: unknown }) => {
    if (data instanceof Uint8Array) {
      answering = new Answering(data);
      scope.postMessage("ready");
    } else if (answering && data instanceof ArrayBuffer) {
      const answer = answering.answer(data);
      scope.postMessage(answer, [answer]);
    }
  };
}

function inThisThread(bytes: Uint8Array, heard: Heard): Answerer {
  const answering = new Answering(bytes);
  // Never at once: what asked must first be done with asking.
  return { ask: (frame) => void setTimeout(() => heard(answering.answer(frame))) };
}

/** Start a worker of this page's own script; `ready` is told who answers, sooner or later. */
function started(
  bytes: Uint8Array,
  script: string,
  heard: Heard,
  ready: (answerer: Answerer, where: Where) => void,
): void {
  const here = (): void => ready(inThisThread(bytes, heard), "page");
  let worker: Worker;
  try {
    worker = new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
  } catch {
    here();
    return;
  }
  let works = false;
  worker.onerror = (event) => {
    event.preventDefault();
    if (works) return;
    works = true;
    worker.terminate();
    here();
  };
  worker.onmessage = ({ data }: { data: unknown }) => {
    if (data instanceof ArrayBuffer) heard(data);
    else if (!works) {
      works = true;
      ready({ ask: (frame) => worker.postMessage(frame, [frame]) }, "worker");
    }
  };
  worker.postMessage(bytes);
}

class LocalSocket implements Socket {
  binaryType = "arraybuffer";
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;

  constructor(private readonly ask: (frame: ArrayBuffer) => void) {}

  send(frame: ArrayBuffer): void {
    this.ask(frame);
  }

  close(): void {
    this.onclose?.();
  }
}

/**
 * A world in which every connection leads to the page itself. There is one socket at a time, as
 * there is one model: a new one takes the place of the one before.
 */
export function localWorld(bytes: Uint8Array, script: string, told: (where: Where) => void): World {
  let answerer: Answerer | null = null;
  let socket: LocalSocket | null = null;
  const heard: Heard = (frame) => socket?.onmessage?.({ data: frame });
  started(bytes, script, heard, (who, where) => {
    answerer = who;
    told(where);
    socket?.onopen?.();
  });
  return {
    ...browser,
    connect() {
      const made = new LocalSocket((frame) => answerer?.ask(frame));
      socket = made;
      if (answerer) setTimeout(() => made.onopen?.());
      return made;
    },
  };
}
