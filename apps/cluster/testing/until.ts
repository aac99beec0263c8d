import type { Body, Client } from './client.ts';

/**
 * The object or list at a path once it is as wanted: read now, then on each event of its watch, so that no test
 * sleeps. The test's own time limit ends a wait that never succeeds.
 */
export async function until(client: Client, path: string, wanted: (body: Body) => unknown): Promise<Body> {
  const [base = '', query = ''] = path.split('?');
  const collection = query ? base : base.slice(0, base.lastIndexOf('/'));
  const { body: list } = await client.get(collection);
  const events = client.watch(`${collection}?watch=1&resourceVersion=${list.metadata.resourceVersion}`);
  try {
    for (;;) {
      const { code, body } = await client.get(path);
      if (code === 200 && wanted(body)) return body;
      await events.next();
    }
  } finally {
    events.close();
  }
}
