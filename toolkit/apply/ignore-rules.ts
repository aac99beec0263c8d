import { createHash } from 'node:crypto';
import type { KubeObject } from '@millrace/kube';
import { type ObjectSelector, selects } from '@millrace/kustomize';
import { type Pointer, parsePointer } from './json-pointer.ts';

/** Fields that others may change: JSON pointers, into the objects that the target selects, or into all. */
export interface IgnoreRule {
  paths: readonly string[];
  target?: ObjectSelector;
}

/** Whose fields are not minded (spec.ignore). */
export interface IgnoreRules {
  /** Equal rules have equal names. */
  name: string;
  /** The fields of the object that are not minded. */
  pathsIn(object: KubeObject): Pointer[];
  /** Whether a rule has the empty path, which is the whole object. */
  ignoresAll(object: KubeObject): boolean;
}

/** Paths of all rules: each is looked at in each object that passes a watch. */
const most = 1000;

/**
 * Compile the rules. A path that is no pointer names nothing. Throws an Error that names the selector which is none,
 * and for too many paths (fluxcd/pkg, ssa/jsondiff).
 */
export function ignoreRules(rules: readonly IgnoreRule[]): IgnoreRules {
  const count = rules.reduce((sum, { paths }) => sum + paths.length, 0);
  if (count > most) throw new Error(`spec.ignore has ${count} paths, more than ${most}`);
  const compiled = rules.map(({ paths, target }, i) => ({
    paths: paths.map(parsePointer).filter(pointer => pointer !== undefined),
    ignoresAll: paths.includes(''),
    matches: target ? compile(target, i) : () => true,
  }));
  return {
    name: createHash('sha1').update(JSON.stringify(rules)).digest('base64'),
    pathsIn: object => compiled.flatMap(({ paths, matches }) => (matches(object) ? paths : [])),
    ignoresAll: object => compiled.some(({ ignoresAll, matches }) => ignoresAll && matches(object)),
  };
}

function compile(target: ObjectSelector, place: number): (object: KubeObject) => boolean {
  try {
    return selects(target);
  } catch (error) {
    const why = (error as Error).message;
    throw new Error(`failed to create ignore rule selector: spec.ignore[${place}].target: ${why}`, {
      cause: error,
    });
  }
}
