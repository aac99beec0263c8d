import type { HelmRelease } from '@millrace/api';
import { Failed, type References } from '@millrace/controller';
import { mergeValues, readValues, type Values, ValuesError } from '@millrace/helm';
import { isObject, type Json } from '@millrace/json';
import { type KubeObject, keyOf } from '@millrace/kube';

type ValuesRef = NonNullable<HelmRelease['spec']['valuesFrom']>[number];

export interface Resolved {
  values: Values;
  /** The Secrets that they come from: what they hold is not to be shown. */
  secrets: KubeObject[];
}

/**
 * The values of a release: those of spec.valuesFrom in their order, and over them spec.values. The Secrets and
 * ConfigMaps are followed: what is written there wakes the HelmRelease. Throws Failed for one that is missing or of no
 * use, and never says what a Secret holds.
 *
 * Rule: ChartValuesFromReferences in fluxcd/pkg, chartutil.
 */
export async function valuesOf(hr: HelmRelease, references: Pick<References, 'read'>): Promise<Resolved> {
  const { namespace = '' } = hr.metadata;
  const refs = hr.spec.valuesFrom ?? [];
  const objects = await references.read(
    keyOf(hr.metadata),
    'values',
    refs.map(({ kind, name }) => ({ apiVersion: 'v1', kind, namespace, name })),
  );
  const own = (hr.spec.values ?? {}) as Values;
  let values: Values = {};
  for (const [i, ref] of refs.entries()) {
    const text = textOf(objects[i], ref, namespace);
    if (text === undefined) continue;
    const fail = (cause: unknown) => {
      throw failed(ref, namespace, isSecret(ref) ? 'it is no YAML of values' : problemIn(cause), cause);
    };
    try {
      values =
        ref.targetPath === undefined
          ? merged(values, readValues(text, 'values'))
          : withPath(merged(values, own), ref.targetPath, text, ref.literal ?? false);
    } catch (error) {
      if (!(error instanceof ValuesError)) throw error;
      fail(error);
    }
  }
  const secrets = objects.filter(object => object?.kind === 'Secret') as KubeObject[];
  return { values: merged(values, own), secrets };
}

const isSecret = ({ kind }: ValuesRef) => kind === 'Secret';

const problemIn = (error: unknown) =>
  (error instanceof Error ? error.message : String(error)).replace(/^cannot unmarshal yaml document: /, '');

/** Undefined where it is missing and optional. */
function textOf(object: KubeObject | undefined, ref: ValuesRef, namespace: string): string | undefined {
  const key = ref.valuesKey || 'values.yaml';
  if (!object) {
    if (ref.optional) return undefined;
    const plural = isSecret(ref) ? 'secrets' : 'configmaps';
    throw failed(ref, namespace, `${plural} "${ref.name}" not found`);
  }
  const data = (object as { data?: Json }).data;
  const text = isObject(data) && Object.hasOwn(data, key) ? data[key] : undefined;
  if (typeof text === 'string') return isSecret(ref) ? Buffer.from(text, 'base64').toString('utf8') : text;
  if (ref.optional) return undefined;
  throw failed(ref, namespace, 'key not found');
}

function failed(ref: ValuesRef, namespace: string, problem: string, cause?: unknown): Failed {
  const { kind, name, optional, valuesKey = 'values.yaml' } = ref;
  const which = `${optional ? ' optional' : ''} ${kind}`;
  return new Failed(
    'ValuesError',
    `could not resolve${which} chart values reference '${namespace}/${name}' with key '${valuesKey}': ${problem}`,
    { cause },
  );
}

function merged(below: Values, above: Values): Values {
  return mergeValues({ files: [{ values: below }, { values: above }] });
}

/** As `--set` would; in quotes as `--set-string`; literally, nothing in the text has a meaning. */
function withPath(values: Values, path: string, text: string, literal: boolean): Values {
  const files = [{ values }];
  if (literal) return mergeValues({ files, strings: [`${path}=${text.replace(/[\\,[\]{}]/g, '\\$&')}`] });
  const isQuoted = [`'`, `"`].some(quote => text.startsWith(quote) && text.endsWith(quote));
  if (isQuoted) return mergeValues({ files, strings: [`${path}=${trimmedQuotes(text)}`] });
  return mergeValues({ files, set: [`${path}=${text}`] });
}

function trimmedQuotes(text: string): string {
  let [start, end] = [0, text.length];
  const isQuote = (at: number) => text[at] === `'` || text[at] === `"`;
  while (start < end && isQuote(start)) start++;
  while (end > start && isQuote(end - 1)) end--;
  return text.slice(start, end);
}
