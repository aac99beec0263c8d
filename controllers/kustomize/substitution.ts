import type { Kustomization } from '@millrace/api';
import { Failed } from '@millrace/controller';
import { isObject, type Json } from '@millrace/json';
import type { KubeObject } from '@millrace/kube';

/** What postBuild asks for: undefined where nothing is to be substituted. */
export type Variables = Record<string, string> | undefined;

/** The ConfigMaps and Secrets that variables come from. */
export function variableSources(
  ks: Kustomization,
): { kind: 'ConfigMap' | 'Secret'; name: string; optional: boolean }[] {
  return (ks.spec.postBuild?.substituteFrom ?? []).map(({ kind, name, optional = false }) => ({
    kind,
    name,
    optional,
  }));
}

/**
 * The variables of a Kustomization: those of the sources in their order, later ones winning, then spec.postBuild's
 * own. Throws Failed when a source that is not optional is missing.
 *
 * @param find the object of a source; undefined where there is none
 */
export function variablesOf(
  ks: Kustomization,
  find: (kind: string, name: string) => KubeObject | undefined,
): Variables {
  const { postBuild } = ks.spec;
  if (!postBuild) return undefined;
  const variables: Record<string, string> = {};
  for (const { kind, name, optional } of variableSources(ks)) {
    const object = find(kind, name);
    if (!object && !optional) {
      throw new Failed('BuildFailed', `substitute from '${kind}/${name}' error: ${kind} "${name}" not found`);
    }
    for (const [key, value] of Object.entries(object ? dataOf(object) : {}))
      variables[key] = value.replaceAll('\n', '');
  }
  Object.assign(variables, postBuild.substitute);
  const always = postBuild.substituteStrategy === 'Always';
  return Object.keys(variables).length > 0 || always ? variables : undefined;
}

function dataOf(object: KubeObject): Record<string, string> {
  const data = (object as { data?: Json }).data;
  if (!isObject(data)) return {};
  const decode = (text: string) =>
    object.kind === 'Secret' ? Buffer.from(text, 'base64').toString('utf8') : text;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, decode(String(value))]));
}
