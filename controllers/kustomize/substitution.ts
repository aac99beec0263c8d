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
 * own; line ends are taken out of all of them (fluxcd/pkg, kustomize). Throws Failed when a source that is not
 * optional is missing, and for a name that no variable can have.
 *
 * @param find the object of a source; undefined where there is none
 */
export function variablesOf(
  ks: Kustomization,
  find: (kind: string, name: string) => KubeObject | undefined,
): Variables {
  const { postBuild } = ks.spec;
  if (!postBuild) return undefined;
  const variables = new Map<string, string>();
  const add = (found: Record<string, string>) => {
    for (const [name, value] of Object.entries(found)) variables.set(name, value.replaceAll('\n', ''));
  };
  for (const { kind, name, optional } of variableSources(ks)) {
    const object = find(kind, name);
    if (!object && !optional) {
      throw new Failed(
        'BuildFailed',
        `substitute from '${kind}/${name}' error: ${kind.toLowerCase()}s "${name}" not found`,
      );
    }
    if (object) add(dataOf(object));
  }
  add(postBuild.substitute ?? {});
  const odd = [...variables.keys()].find(name => !nameOfVariable.test(name));
  if (odd !== undefined)
    throw new Failed('BuildFailed', `'${odd}' var name is invalid, must match '${posixName}'`);
  const always = postBuild.substituteStrategy === 'Always';
  return variables.size > 0 || always ? Object.fromEntries(variables) : undefined;
}

const nameOfVariable = /^[_a-zA-Z][_a-zA-Z0-9]*$/;
/** The same as Flux writes it. */
const posixName = '^[_[:alpha:]][_[:alpha:][:digit:]]*$';

function dataOf(object: KubeObject): Record<string, string> {
  const data = (object as { data?: Json }).data;
  if (!isObject(data)) return {};
  const decode = (text: string) =>
    object.kind === 'Secret' ? Buffer.from(text, 'base64').toString('utf8') : text;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, decode(String(value))]));
}
