import type { Library } from '../../check/environment.ts';
import { type CallCost, type CelFunction, celFunction } from '../../check/function.ts';
import { perCharacter, reading, sizeOf, traversal } from '../../cost/size.ts';
import { stringsLibrary } from '../strings/strings.ts';

const once = reading();
const twice = reading(2);

/** What Kubernetes charges for the functions of texts. */
const costs: Readonly<Record<string, CallCost>> = {
  lowerAscii: once,
  upperAscii: once,
  substring: once,
  trim: once,
  replace: twice,
  split: twice,
  join: (_args, result) => Math.ceil(sizeOf(result) * 2 * perCharacter),
  indexOf: ([text]) => traversal(text),
  lastIndexOf: ([text]) => traversal(text),
};

function priced(known: CelFunction): CelFunction {
  const cost = Object.hasOwn(costs, known.name) ? costs[known.name] : undefined;
  return cost ? celFunction(known.name, known.overloads, { ...known, cost }) : known;
}

/** The functions of texts at the prices of Kubernetes. */
export const kubernetesStringsLibrary: Library = {
  ...stringsLibrary,
  functions: (stringsLibrary.functions ?? []).map(priced),
};
