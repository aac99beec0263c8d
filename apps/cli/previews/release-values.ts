import { type HelmRelease, helmRelease, inCurrentVersion, kinds, parseResource } from '@millrace/api';
import { mergeValues, type Values } from '@millrace/helm';
import { valuesOf } from '@millrace/helm-controller';
import { isNotFound, type KubeObject, type ObjectRef } from '@millrace/kube';
import { secretsGently } from '@millrace/masking';
import type { PreviewOf, ValueLayer, ValuesFound } from '@millrace/web';

type ValuesRef = NonNullable<HelmRelease['spec']['valuesFrom']>[number];

/**
 * What the values of a HelmRelease are made of, each layer by itself, as the controller would read it. What the viewer may
 * not read is left out, and told. Throws InvalidResourceError.
 */
export async function valuesIn({ viewer: { client, as }, object, signal }: PreviewOf): Promise<ValuesFound> {
  const hr = parseResource(helmRelease, inCurrentVersion(object, kinds));
  const secrets: KubeObject[] = [];
  const read = async (_owner: string, _purpose: string, refs: readonly ObjectRef[]) => {
    const found = await Promise.all(
      refs.map(ref =>
        client.get(ref, { as, signal }).catch(error => {
          if (isNotFound(error)) return undefined;
          throw error;
        }),
      ),
    );
    secrets.push(...found.filter(one => one !== undefined).filter(({ kind }) => kind === 'Secret'));
    return found;
  };
  const layers: ValueLayer[] = [];
  const unread: string[] = [];
  for (const ref of hr.spec.valuesFrom ?? []) {
    const name = nameOf(ref);
    try {
      const alone = { ...hr, spec: { ...hr.spec, valuesFrom: [ref], values: {} } };
      const { values } = await valuesOf(alone, { read });
      layers.push({ name, isSecret: ref.kind === 'Secret', values });
    } catch (error) {
      signal.throwIfAborted();
      unread.push(`${name}: ${(error as Error).message}`);
    }
  }
  const values = (hr.spec.values ?? {}) as Values;
  layers.push({ name: 'spec.values', isSecret: false, values });
  const merged = await mergedOf(hr, layers, unread, read);
  return { layers, merged, secrets: await secretsGently(secrets), unread };
}

function nameOf({ kind, name, valuesKey, targetPath }: ValuesRef): string {
  const place = targetPath === undefined ? '' : ` at ${targetPath}`;
  return `${kind} ${name}, ${valuesKey || 'values.yaml'}${place}`;
}

type Read = Parameters<typeof valuesOf>[1]['read'];

/** As the controller merges them; of what could be read where that is not all. */
async function mergedOf(
  hr: HelmRelease,
  layers: ValueLayer[],
  unread: string[],
  read: Read,
): Promise<Values> {
  if (unread.length === 0) return (await valuesOf(hr, { read })).values;
  return mergeValues({ files: layers.map(({ values }) => ({ values })) });
}
