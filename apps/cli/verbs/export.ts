import type { Json, JsonObject } from '@millrace/json';
import { isNotFound, type KubeObject } from '@millrace/kube';
import { stringify } from '@millrace/yaml';
import { CliError } from '../cli-error.ts';
import type { Globals } from '../globals.ts';
import { print } from '../output/print.ts';
import { specAsWritten } from '../resources/as-written.ts';
import type { Resource } from '../resources/resource.ts';
import type { ResourceKind } from '../resources/resource-kind.ts';
import { one, select } from './select.ts';
import { type Session, withCluster } from './session.ts';

export interface ExportOptions {
  all?: boolean;
  withCredentials?: boolean;
}

/** `export KIND NAME`, or `--all`: YAML documents that `kubectl apply` takes, on standard output. */
export async function exportKind(
  kind: ResourceKind,
  name: string | undefined,
  options: ExportOptions,
  globals: Globals,
): Promise<void> {
  if (name === undefined && !options.all) throw new CliError('name is required');
  const { namespace } = globals;
  await withCluster(globals, async session => {
    const chosen = options.all
      ? await select(session, kind, { namespace })
      : [await one(session, kind, { namespace, name: name! })];
    if (chosen.length === 0) throw new CliError(`no objects found in ${namespace} namespace`);
    const secrets = options.withCredentials ? secretsOf(kind, chosen) : new Map();
    for (const resource of chosen) {
      printDocument(desired(resource.object));
      const secret = secrets.get(resource);
      if (secret) printDocument(await credentials(session, namespace, secret));
    }
  });
}

/** Which Secret to print after which object: each once, although several may refer to it. */
function secretsOf({ secret }: ResourceKind, resources: Resource[]): Map<Resource, string> {
  const seen = new Set<string>();
  const found = new Map<Resource, string>();
  for (const resource of resources) {
    const name = secret?.(resource);
    if (name === undefined || seen.has(name)) continue;
    seen.add(name);
    found.set(resource, name);
  }
  return found;
}

/** What a person would have written: without what the server and the controllers add. */
export function desired(object: KubeObject): Json {
  const { apiVersion, kind, metadata } = object;
  const { name, namespace, labels, annotations } = metadata;
  const kept = { annotations, labels, name, namespace };
  return {
    apiVersion,
    kind,
    metadata: Object.fromEntries(
      Object.entries(kept).filter(([, value]) => value !== undefined),
    ) as JsonObject,
    spec: specAsWritten(object),
  };
}

async function credentials({ client, signal }: Session, namespace: string, name: string): Promise<Json> {
  try {
    const secret = await client.get<KubeObject & { data?: JsonObject; type?: string }>(
      { apiVersion: 'v1', kind: 'Secret', namespace, name },
      { as: 'own', signal },
    );
    return {
      apiVersion: 'v1',
      ...(secret.data ? { data: secret.data } : {}),
      kind: 'Secret',
      metadata: { name, namespace },
      ...(secret.type ? { type: secret.type } : {}),
    };
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new CliError(`failed to retrieve secret ${name}, error: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function printDocument(document: Json): void {
  print(`---\n${stringify(document)}`, '');
}
