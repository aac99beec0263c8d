/** Ask the server. Throws Error with its words. */
export async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(path, init);
  const answer: unknown = await response.json().catch(() => ({ error: response.statusText }));
  if (response.ok) return answer as T;
  throw new Error((answer as { error?: string }).error ?? response.statusText);
}

export const act = (verb: string, object: { kind: string; namespace: string; name: string }) =>
  ask<{ done: true }>('/api/action', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-millrace': '1' },
    body: JSON.stringify({ verb, ...object }),
  });
