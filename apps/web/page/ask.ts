import type { Me } from '../model/me.ts';
import { me } from './me.ts';

/** Ask the server. Throws Error with its words, or with why there are none. */
export async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  const asked = init.method === 'POST' ? await proven(init) : init;
  const response = await fetch(path, asked).catch(cause => {
    if (asked.signal?.aborted) throw cause;
    // Browsers say no more than that it has failed.
    const again = asked.method === 'POST' ? '' : ' It is asked again when it does.';
    throw new Error(`The server of this page does not answer.${again}`, { cause });
  });
  if (response.ok) return (await response.json()) as T;
  const answer: { error?: string; login?: string } = await response.json().catch(() => ({}));
  if (response.status === 401 && answer.login !== undefined) signIn(answer.login);
  throw new Error(answer.error ?? response.statusText);
}

/** With what shows that the request comes from this page, and from no other one that sends the same cookies. */
async function proven(init: RequestInit): Promise<RequestInit> {
  const { writeToken } = me.value ?? (await learnWho());
  const headers = new Headers(init.headers);
  headers.set('content-type', 'application/json');
  headers.set('x-millrace', writeToken);
  return { ...init, headers };
}

export async function learnWho(): Promise<Me> {
  const found = await ask<Me>('/api/me');
  me.value = found;
  return found;
}

/** The session is over: to the login, and from there back to where one is. */
function signIn(login: string): void {
  const { pathname, search } = location;
  location.assign(`${login}?${new URLSearchParams({ to: pathname + search })}`);
}

export const post = <T>(path: string, body: object) =>
  ask<T>(path, { method: 'POST', body: JSON.stringify(body) });

export const act = (
  verb: string,
  { kind, namespace, name }: { kind: string; namespace: string; name: string },
) => post<{ at: string }>('/api/action', { verb, kind, namespace, name });
