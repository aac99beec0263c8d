import { readFileSync } from 'node:fs';
import { isObject, type Json } from '@millrace/json';
import { asKubeObject, display, type KubeClient, type KubeObject, refOf } from '@millrace/kube';
import { parseAll, YamlError } from '@millrace/yaml';
import { CliError } from '../cli-error.ts';

/**
 * The objects of the files of --with: what a cluster has and Git has not, such as the keys of SOPS. Throws CliError for
 * a file that cannot be read, and for what is no object.
 */
export function objectsIn(files: readonly string[]): KubeObject[] {
  return files.flatMap(file => {
    const documents = parse(file).filter(document => document !== null);
    return documents.map((document, i) => {
      const { apiVersion, kind, metadata } = isObject(document) ? document : {};
      const name = isObject(metadata) ? metadata.name : undefined;
      if (!isObject(document) || !apiVersion || !kind || typeof name !== 'string')
        throw new CliError(
          `--with ${file}: document ${i + 1} is no object: apiVersion, kind and metadata.name are needed`,
        );
      return asKubeObject(document);
    });
  });
}

/** What is wrong with the text is told by its place alone: it may be a Secret's. */
function parse(file: string): Json[] {
  const text = read(file);
  try {
    return parseAll(text);
  } catch (error) {
    const line = error instanceof YamlError ? `line ${error.line}: ` : '';
    throw new CliError(`--with ${file}: ${line}it is no YAML`);
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliError(
      `--with ${file}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : 'it cannot be read'}`,
    );
  }
}

/** Apply them, with the namespaces that they are in. What the API server says of a Secret is not repeated. */
export async function applyObjects(client: KubeClient, objects: KubeObject[]): Promise<void> {
  const options = { fieldManager: 'millrace-up', force: true, as: 'own' } as const;
  const namespaces = new Set(
    objects.map(({ metadata }) => metadata.namespace).filter(name => name !== undefined),
  );
  for (const name of namespaces)
    await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, options);
  for (const object of objects) {
    await client.apply(await placed(object, client), options).catch(error => {
      const words = object.kind === 'Secret' ? 'the cluster refuses it' : (error as Error).message;
      throw new CliError(`--with: ${display(refOf(object))}: ${words}`);
    });
  }
}

/** Where an object names no namespace, it is in the default one, as for kubectl. */
async function placed(object: KubeObject, client: KubeClient): Promise<KubeObject> {
  if (object.metadata.namespace) return object;
  const { namespaced } = await client.discovery.mapping(object.apiVersion, object.kind);
  return namespaced ? { ...object, metadata: { ...object.metadata, namespace: 'default' } } : object;
}
