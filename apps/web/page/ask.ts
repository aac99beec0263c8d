/** Ask the server. Throws Error with its words, or with why there are none. */
export async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(path, init);
  if (response.ok) return (await response.json()) as T;
  const answer: { error?: string } = await response.json().catch(() => ({}));
  throw new Error(answer.error ?? response.statusText);
}

export const post = <T>(path: string, body: object) =>
  ask<T>(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-millrace': '1' },
    body: JSON.stringify(body),
  });

export const act = (
  verb: string,
  { kind, namespace, name }: { kind: string; namespace: string; name: string },
) => post<{ done: true }>('/api/action', { verb, kind, namespace, name });
