import { isObject, type Json, type JsonObject } from '@millrace/json';

const signs: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  "'": "'",
  '\\': '\\',
};

/**
 * The path that a rule's `fieldPath` means below its schema, such as `.spec['a.b']`, as errors write it. Undefined
 * where it leads nowhere: it names declared fields and keys of maps only.
 */
export function fieldPathIn(path: string, schema: JsonObject): string | undefined {
  let at: Json | undefined = schema;
  let found = '';
  for (let rest = path; rest !== ''; ) {
    const match: RegExpExecArray | null = /^(?:\.([^.[\]]+)|\[('(?:[^'\\]|\\.)*')\])/.exec(rest);
    const name = match?.[1] ?? unquoted(match?.[2]);
    if (!match || name === undefined || !isObject(at)) return undefined;
    if (isObject(at.properties)) {
      at = Object.hasOwn(at.properties, name) ? at.properties[name] : undefined;
      found += found === '' ? name : `.${name}`;
    } else {
      at = at.additionalProperties;
      found += `[${name}]`;
    }
    if (at === undefined) return undefined;
    rest = rest.slice(match[0].length);
  }
  return found;
}

function unquoted(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  let isText = true;
  const plain = text.slice(1, -1).replace(/\\(.)/gs, (_all, sign: string) => {
    if (!Object.hasOwn(signs, sign)) isText = false;
    return signs[sign] ?? '';
  });
  return isText ? plain : undefined;
}
