import { isObject, type Json, type JsonObject } from '@millrace/json';
import { without } from './former-version.ts';

/** Patches of both former kinds become patches, which take either; their order is that in which kustomize applies them. */
export function oneKindOfPatches(former: JsonObject): JsonObject {
  const { patchesStrategicMerge, patchesJson6902, ...rest } = former;
  const strategic = list(patchesStrategicMerge).map(patch => ({ patch: textOf(patch) }));
  const json = list(patchesJson6902)
    .filter(isObject)
    .map(({ patch = [], target }) => ({ patch: textOf(patch), ...(target === undefined ? {} : { target }) }));
  const moved = [...strategic, ...json];
  return moved.length === 0 ? rest : { ...rest, patches: [...moved, ...list(rest.patches)] };
}

/** The one file of values of former charts goes before the others. */
export function oneListOfValuesFiles(former: JsonObject): JsonObject {
  const { valuesFile, valuesFiles } = former;
  const rest = without('valuesFile')(former);
  if (typeof valuesFile !== 'string' || valuesFile === '') return rest;
  return { ...rest, valuesFiles: [valuesFile, ...list(valuesFiles)] };
}

const list = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);

/** JSON is YAML; a patch may be written as a text already. */
const textOf = (patch: Json): string => (typeof patch === 'string' ? patch : JSON.stringify(patch));
