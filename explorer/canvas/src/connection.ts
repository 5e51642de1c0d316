/** One connection for everything on a page that talks to the same model. */
import { LiveClient, socketUrl } from "./live";

const shared = new Map<string, { client: LiveClient; users: number }>();

export interface Door {
  path: string;
  token: string;
}

/** Connect, or join the connection that is there; returns how to leave it. */
export function join(door: Door, model: string): [client: LiveClient, leave: () => void] {
  const url = socketUrl(door.path, door.token, document.baseURI);
  const key = `${model} ${url}`;
  let entry = shared.get(key);
  if (!entry) shared.set(key, (entry = { client: new LiveClient(url, model), users: 0 }));
  const { client } = entry;
  entry.users++;
  const retry = (): void => client.retry();
  window.addEventListener("online", retry);
  let joined = true;
  return [
    client,
    () => {
      if (!joined) return;
      joined = false;
      window.removeEventListener("online", retry);
      if (--entry.users > 0) return;
      shared.delete(key);
      client.close();
    },
  ];
}
