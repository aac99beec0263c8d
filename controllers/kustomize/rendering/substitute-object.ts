import { substitute } from '@millrace/envsubst';
import { isObject, type JsonObject } from '@millrace/json';
import { parseAll, stringify } from '@millrace/yaml';
import type { Variables } from '../substitution.ts';

export interface Substitution {
  variables: Variables;
  strict: boolean;
}

/**
 * The object with the variables in the place of the expressions that name them, unless it asks to be left as it is.
 * Throws an Error.
 *
 * @param strict an undefined variable is an error
 */
export function substituted(object: JsonObject, { variables, strict }: Substitution): JsonObject {
  return variables && maySubstitute(object) ? substituteIn(object, variables, strict) : object;
}

const substituteKey = 'kustomize.toolkit.fluxcd.io/substitute';

function maySubstitute(object: JsonObject): boolean {
  const metadata = isObject(object.metadata) ? object.metadata : {};
  return ![metadata.labels, metadata.annotations].some(
    map => isObject(map) && map[substituteKey] === 'disabled',
  );
}

/** Variables stand in the text: a number among them is a number in the object. */
function substituteIn(object: JsonObject, variables: Record<string, string>, strict: boolean): JsonObject {
  const before = stringify(object);
  // $$ is a dollar sign, also where no expression stands.
  if (!before.includes('$')) return object;
  const text = failingAs('variable substitution failed', () => substitute(before, variables, { strict }));
  return failingAs('YAMLToJSON', () => {
    const [after] = parseAll(text, { source: nameOf(object) });
    if (isObject(after)) return after;
    throw new Error('nothing is left of it');
  });
}

/** @param what Flux's words for the step */
function failingAs<T>(what: string, step: () => T): T {
  try {
    return step();
  } catch (cause) {
    throw new Error(`envsubst error: ${what}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

function nameOf(object: JsonObject): string {
  const metadata = isObject(object.metadata) ? object.metadata : {};
  return [object.kind, metadata.namespace, metadata.name].filter(part => typeof part === 'string').join('/');
}
