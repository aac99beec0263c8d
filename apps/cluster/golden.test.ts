import { readdirSync, readFileSync } from 'node:fs';
import type { Json } from '@millrace/json';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from './index.ts';
import { type Answer, type Client, connect } from './testing/client.ts';
import { inAnyOrder, masked } from './testing/mask.ts';

/** A request, and what kube-apiserver answered to it. */
interface Step {
  readonly method: string;
  readonly path: string;
  readonly type?: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  readonly answer?: Json;
  /** Upstream tells of several problems in the order of a Go map, which is none. */
  readonly unordered?: boolean;
  /** Why it is answered in another way here. */
  readonly differs?: string;
}

interface Golden {
  readonly scenarios: readonly { readonly name: string; readonly steps: readonly Step[] }[];
}

const folder = new URL('./golden/', import.meta.url);
const types: Readonly<Record<string, string>> = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
  yaml: 'application/yaml',
};

function send(client: Client, { method, path, type, headers, body }: Step): Promise<Answer> {
  const contentType = type && { 'content-type': types[type]! };
  return client.send(method, path, body, { 'user-agent': 'differ/1', ...contentType, ...headers });
}

/** The answer in the form in which the golden files keep it. */
function kept({ code, headers, body }: Answer, unordered: boolean | undefined): Json {
  const names = ['warning', 'content-type', 'retry-after'];
  const told = names.filter(name => headers[name] !== undefined).map(name => [name, headers[name]!]);
  const answer = masked({ code, headers: Object.fromEntries(told) as Json, body });
  return unordered ? inAnyOrder(answer) : answer;
}

describe.each(readdirSync(folder))('kube-apiserver and this, by %s', file => {
  const { scenarios } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Golden;
  let cluster: Cluster;
  let client: Client;

  beforeAll(async () => {
    // The golden files were made by a kube-apiserver alone: no controller counted for its quotas.
    const disableAdmission = ['ResourceQuota'];
    cluster = await startCluster({ inMemory: true, simulate: false, disableAdmission });
    client = connect(cluster.kubeconfig);
  });

  afterAll(async () => {
    client.close();
    await cluster.stop();
  });

  // A scenario stands on those before it: they share the server as they did when the answers were taken.
  test.each(scenarios)('answer alike: $name', async ({ steps }) => {
    for (const [i, step] of steps.entries()) {
      const answer = kept(await send(client, step), step.unordered);
      if (step.answer === undefined || step.differs) continue;
      expect(answer, `${i + 1}: ${step.method} ${step.path}`).toEqual(step.answer);
    }
  });
});
