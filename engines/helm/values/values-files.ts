import { isObject, type JsonObject } from '@millrace/json';
import { parseAll, stringify } from '@millrace/yaml';
import type { Chart, ChartFile, Values } from '../chart/chart.ts';
import { mergeValues } from './sources.ts';

/** Files of values that make up values.yaml. */
export interface ValuesRequest {
  /** spec.valuesFiles; nothing is merged where there are none, or values.yaml alone. */
  files: string[];
  ignoreMissing: boolean;
}

/** The files that were found and merged. */
export interface MergedValues {
  values: Values;
  files: string[];
}

/**
 * @param read the values of a file; undefined where there is none
 * @param place where it was looked for, for messages
 */
export function mergeValuesFiles(
  { files, ignoreMissing }: ValuesRequest,
  read: (file: string) => Values | undefined,
  place = (file: string) => `'${file}'`,
): MergedValues {
  const found: { file: string; values: Values }[] = [];
  for (const file of files) {
    const values = read(file);
    if (values) found.push({ file, values });
    else if (!ignoreMissing) throw new Error(`no values file found at path ${place(file)}`);
  }
  return { values: mergeValues({ files: found }), files: found.map(({ file }) => file) };
}

/** The values in a text. The message of its error names the file. */
export function valuesIn(data: Uint8Array, file: string): Values {
  try {
    const value = parseAll(Buffer.from(data).toString('utf8'), { source: file, duplicates: 'last' })[0] ?? {};
    if (isObject(value)) return value;
    throw new TypeError('it is no mapping');
  } catch (cause) {
    throw new Error(`unmarshaling values from '${file}' failed: ${(cause as Error).message}`, { cause });
  }
}

/** The chart with these values as its defaults. Throws an error for a chart without values.yaml, as Flux does. */
export function withDefaults(chart: Chart, values: Values): Chart {
  if (!chart.raw.some(isValuesFile)) throw new Error('failed to locate values file: values.yaml');
  const text = Object.keys(values).length === 0 ? '' : stringify(values as JsonObject);
  const data = Buffer.from(text);
  return {
    ...chart,
    values,
    raw: chart.raw.map(file => (isValuesFile(file) ? { ...file, data } : file)),
  };
}

const isValuesFile = ({ name }: ChartFile) => name === 'values.yaml';
