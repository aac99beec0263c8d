import { gunzipSync, gzipSync } from 'node:zlib';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import { asJson, type KubeClient, type KubeObject } from '@millrace/kube';
import { type Plain, person } from '../beside/scene.ts';

/** A record of a release as it lies in a Secret: JSON, compressed, in base 64, which the Secret has in base 64 again. */
export interface StoredRelease {
  secret: KubeObject;
  release: JsonObject;
}

export async function recordsIn(client: KubeClient, namespace: string): Promise<StoredRelease[]> {
  const { items } = await client.listAll<KubeObject>('v1', 'Secret', {
    namespace,
    labelSelector: 'owner=helm',
    as: 'own',
  });
  return items.map(secret => ({ secret, release: contentOf(secret) }));
}

function contentOf(secret: KubeObject): JsonObject {
  const { data } = asJson(secret);
  const text = isObject(data) ? String(data.release) : '';
  const packed = Buffer.from(Buffer.from(text, 'base64').toString('utf8'), 'base64');
  return JSON.parse(gunzipSync(packed).toString('utf8')) as JsonObject;
}

/** Somebody changes a record, or removes it. */
export async function rewrite(
  client: KubeClient,
  namespace: string,
  version: number,
  change: Plain | null,
): Promise<void> {
  const all = await recordsIn(client, namespace);
  const found = all.find(({ release }) => release.version === version);
  if (!found) throw new Error(`there is no release ${version} in ${namespace}`);
  const { secret, release } = found;
  const { name } = secret.metadata;
  const ref = { apiVersion: 'v1', kind: 'Secret', namespace, name };
  if (change === null) return void (await client.delete(ref, { as: 'own' }));
  const next = merged(release, change as JsonObject);
  const text = gzipSync(Buffer.from(JSON.stringify(next))).toString('base64');
  const info = isObject(next.info) ? next.info : {};
  const labels = { ...secret.metadata.labels, status: String(info.status), version: String(next.version) };
  const object = {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'helm.sh/release.v1',
    metadata: { name: `sh.helm.release.v1.${next.name}.v${next.version}`, namespace, labels },
    data: { release: Buffer.from(text).toString('base64') },
  };
  await client.apply(object as unknown as KubeObject, { ...person, force: true });
}

function merged(below: JsonObject, above: JsonObject): JsonObject {
  const all: { [key: string]: Json } = { ...below } as { [key: string]: Json };
  for (const [key, value] of Object.entries(above)) {
    const before = all[key];
    all[key] = isObject(before) && isObject(value) ? merged(before, value) : (value as Json);
  }
  return all;
}
