import { readFileSync } from 'node:fs';
import { startCluster } from '@millrace/cluster';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import {
  ApiError,
  delay,
  isAlreadyExists,
  isNotFound,
  type KubeClient,
  kubeClient,
  loadConnection,
  type Mapping,
} from '@millrace/kube';
import { parseAll } from '@millrace/yaml';
import { mutationsOf } from './mutations.ts';

const namespace = 'mutations';
/** Of each kind, where MILLRACE_MUTATIONS does not say another number. */
const usual = 150;

/**
 * Sends the objects of manifests, and mutations of them, to the embedded cluster and to the Kubernetes of
 * MILLRACE_E2E_KUBECONFIG, as creations that are not carried out, and compares the answers: the words of a refusal, or
 * the whole object. Arguments are files, such as `helm template` prints; kinds that the Kubernetes does not serve are
 * left out. True if nothing differs.
 */
export async function run(files: string[]): Promise<boolean> {
  const real = process.env.MILLRACE_E2E_KUBECONFIG;
  if (!real || files.length === 0) {
    console.error('say which manifests, and with MILLRACE_E2E_KUBECONFIG which Kubernetes to compare with');
    return false;
  }
  const cluster = await startCluster({ inMemory: true });
  const here = kubeClient(loadConnection({ text: cluster.kubeconfig }), { userAgent: 'differential' });
  const there = kubeClient(loadConnection({ path: real }), { userAgent: 'differential' });
  try {
    for (const client of [here, there]) await prepare(client);
    const limit = Number(process.env.MILLRACE_MUTATIONS ?? usual);
    let differing = 0;
    for (const [kind, objects] of byKind(files)) {
      const mapping = await mappingOf(there, objects[0]!);
      if (mapping) differing += await compare(kind, mapping, objects, limit, here, there);
    }
    return differing === 0;
  } finally {
    await Promise.all([here.close(), there.close()]);
    await cluster.stop();
  }
}

async function prepare(client: KubeClient): Promise<void> {
  await client
    .create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, { as: 'own' })
    .catch(unless(isAlreadyExists));
  // Pods are refused until the namespace has it, which takes Kubernetes a moment.
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', name: 'default', namespace };
  const deadline = AbortSignal.timeout(30_000);
  while (!(await client.get(account, { as: 'own', signal: deadline }).catch(unless(isNotFound))))
    await delay(50, deadline);
}

/** Takes an error for nothing if it is of a sort, and throws it on otherwise. */
function unless(isExpected: (error: unknown) => boolean): (error: unknown) => undefined {
  return error => {
    if (!isExpected(error)) throw error;
  };
}

function byKind(files: string[]): Map<string, JsonObject[]> {
  const objects = files
    .flatMap(file => parseAll(readFileSync(file, 'utf8'), { source: file }))
    .filter(isObject);
  return Map.groupBy(objects, ({ apiVersion, kind }) => `${apiVersion}/${kind}`) as Map<string, JsonObject[]>;
}

async function mappingOf(client: KubeClient, object: JsonObject): Promise<Mapping | undefined> {
  try {
    return await client.discovery.mapping(String(object.apiVersion), String(object.kind));
  } catch {
    return undefined;
  }
}

/** How many mutations of the objects of a kind are answered differently. */
async function compare(
  kind: string,
  mapping: Mapping,
  objects: JsonObject[],
  limit: number,
  here: KubeClient,
  there: KubeClient,
): Promise<number> {
  const chosen = chosenMutations(
    objects.map(object => inNamespace(object, mapping.namespaced)),
    limit,
  );
  const path = `${there.pathTo(mapping, mapping.namespaced ? namespace : undefined)}?dryRun=All&fieldValidation=Strict`;
  let differing = 0;
  for (const [title, object] of chosen) {
    const [ours, theirs] = await Promise.all([here, there].map(client => answerOf(client, path, object)));
    if (ours === theirs) continue;
    differing++;
    console.log(
      `${kind} ${title}\n   embedded   ${excerpt(ours!, theirs!)}\n   Kubernetes ${excerpt(theirs!, ours!)}`,
    );
  }
  console.log(`${kind}: ${chosen.length - differing} of ${chosen.length} answered alike\n`);
  return differing;
}

function inNamespace(object: JsonObject, namespaced: boolean): JsonObject {
  const metadata = isObject(object.metadata) ? object.metadata : {};
  return { ...object, metadata: namespaced ? { ...metadata, namespace } : metadata };
}

/** One mutation of each title, spread over them all where there are too many. */
function chosenMutations(objects: JsonObject[], limit: number): [string, JsonObject][] {
  const byTitle = new Map<string, JsonObject>();
  for (const object of objects)
    for (const { title, object: mutated } of mutationsOf(object))
      if (!byTitle.has(title)) byTitle.set(title, mutated);
  const all = [...byTitle];
  const step = Math.max(1, all.length / limit);
  return Array.from({ length: Math.min(limit, all.length) }, (_, i) => all[Math.floor(i * step)]!);
}

async function answerOf({ transport }: KubeClient, path: string, object: JsonObject): Promise<string> {
  try {
    const { text } = await transport.send({ method: 'POST', path, body: JSON.stringify(object) });
    const { status, ...made } = JSON.parse(text) as JsonObject;
    // The embedded cluster accepts the names of a definition as it is made, Kubernetes a moment later.
    const isDefinition = made.kind === 'CustomResourceDefinition';
    return masked(JSON.stringify(inOrder({ ...made, ...(!isDefinition && { status: status ?? null }) })));
  } catch (error) {
    if (error instanceof ApiError) return masked(`${error.code} ${error.reason}: ${error.message}`);
    throw error;
  }
}

function inOrder(value: Json): Json {
  if (Array.isArray(value)) return value.map(inOrder);
  if (!isObject(value)) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map(key => [key, inOrder(value[key] as Json)]));
}

/** What two servers, or one of them twice, do not have in common. */
function masked(text: string): string {
  return (
    text
      .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UID')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
      .replaceAll(/\b10\.\d+\.\d+\.\d+\b/g, 'IP')
      .replaceAll(/\b3[012]\d{3}\b/g, 'PORT')
      .replaceAll(/kube-api-access-\w{5}/g, 'kube-api-access')
      // A default class is there only where somebody made one.
      .replaceAll('"storageClassName":"standard",', '')
  );
}

/** A text from a little before the place where it leaves another. */
function excerpt(text: string, other: string): string {
  let at = 0;
  while (at < text.length && text[at] === other[at]) at++;
  return text.startsWith('{') && other.startsWith('{')
    ? text.slice(Math.max(0, at - 60), at + 80)
    : text.slice(0, 800);
}
