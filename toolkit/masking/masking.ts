import { setImmediate } from 'node:timers/promises';
import { type Change, isObject, type Json, type JsonObject } from '@millrace/json';
import { asJson, type KubeObject } from '@millrace/kube';
import { parseAll } from '@millrace/yaml';

/** In the place of what is not to be seen. */
export const mask = '*****';

/** Texts that are shorter would hide what they happen to be a part of. */
const shortest = 6;

/**
 * What Secrets hold, as it may turn up in a manifest: each text of them, and of the values that are written in them.
 *
 * @param values more that is as secret
 */
export function secretsIn(secrets: readonly KubeObject[], values: readonly Json[] = []): string[] {
  const texts = new Set<string>();
  const add = (text: string) => {
    if (text.length < shortest) return;
    texts.add(text);
    texts.add(Buffer.from(text).toString('base64'));
  };
  const walk = (value: Json) => {
    if (typeof value === 'string') add(value);
    else if (typeof value === 'number') add(String(value));
    else if (Array.isArray(value)) for (const one of value) walk(one);
    else if (isObject(value)) for (const one of Object.values(value)) walk(one as Json);
  };
  const hold = (text: string) => {
    add(text.trim());
    for (const line of text.split('\n')) if (!line.includes(':')) add(line.trim());
    try {
      for (const document of parseAll(text)) walk(document);
    } catch {
      // It is no YAML: its whole text is hidden.
    }
  };
  for (const value of values) walk(value);
  for (const secret of secrets) {
    const { data, stringData } = asJson(secret);
    for (const value of valuesOf(data)) hold(Buffer.from(value, 'base64').toString('utf8'));
    for (const value of valuesOf(stringData)) hold(value);
  }
  // The longest first: one may be a part of another.
  return [...texts].sort((a, b) => b.length - a.length);
}

/** The same, with a break after each Secret: others are served in between, however large they are. */
export async function secretsGently(
  secrets: readonly KubeObject[],
  values: readonly Json[] = [],
): Promise<string[]> {
  const texts = new Set(secretsIn([], values));
  for (const secret of secrets) {
    for (const text of secretsIn([secret])) texts.add(text);
    await setImmediate();
  }
  return [...texts].sort((a, b) => b.length - a.length);
}

const valuesOf = (content: Json | undefined): string[] =>
  isObject(content) ? Object.values(content).map(String) : [];

/** The text without what Secrets hold. */
export function masked(text: string, secrets: readonly string[]): string {
  return secrets.reduce((all, secret) => all.replaceAll(secret, mask), text);
}

/** The fields of a Secret that hold something; undefined for other objects. */
export function hiddenFields({ apiVersion, kind }: JsonObject): readonly string[] | undefined {
  return kind === 'Secret' && apiVersion === 'v1' ? ['data', 'stringData'] : undefined;
}

/** A Secret with a mask in the place of every value. */
export function withoutContent(object: JsonObject): JsonObject {
  const shown: JsonObject = { ...object };
  for (const field of hiddenFields(object) ?? []) {
    const content = shown[field];
    if (content === undefined) continue;
    shown[field] = isObject(content)
      ? Object.fromEntries(Object.keys(content).map(key => [key, mask]))
      : mask;
  }
  return shown;
}

/** Changes of an object without what Secrets hold: of one that is a Secret they tell that a value is another, and not which. */
export function maskedChanges(
  isSecret: boolean,
  changes: readonly Change[],
  secrets: readonly string[],
): Change[] {
  const fields = isSecret ? (hiddenFields({ apiVersion: 'v1', kind: 'Secret' }) ?? []) : [];
  return changes
    .filter(({ path }) => !isSecret || !path.includes('last-applied-configuration'))
    .map(({ path, ...sides }) => {
      const isHidden = fields.some(field => path === field || path.startsWith(`${field}.`));
      const side = (value: Json | undefined, when: string) => {
        if (value === undefined) return undefined;
        return isHidden ? `${mask} (${when})` : maskedJson(value, secrets);
      };
      const before = side(sides.before, 'before');
      const after = side(sides.after, 'after');
      return { path, ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
    });
}

/** A value without what Secrets hold. */
export function maskedJson(value: Json, secrets: readonly string[]): Json {
  if (typeof value === 'string') return masked(value, secrets);
  if (Array.isArray(value)) return value.map(one => maskedJson(one, secrets));
  if (!isObject(value)) return value;
  const shown: JsonObject = {};
  for (const [key, field] of Object.entries(value)) shown[key] = maskedJson(field as Json, secrets);
  return shown;
}
