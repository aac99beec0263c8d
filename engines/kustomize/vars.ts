import { isObject, type Json, put } from '@millrace/json';
import type { Accumulator } from './accumulator.ts';
import { BuildError } from './build-error.ts';
import { lookUp } from './field-path.ts';
import { setField } from './field-spec.ts';
import { printId, type Resource } from './resource.ts';

/** Writes the values of vars wherever the configuration lets `$(NAME)` stand. */
export function resolveVars({ list, vars, config }: Accumulator, warn: (text: string) => void): void {
  if (vars.size === 0) return;
  const values = new Map<string, Json>();
  const sources = new Map(
    list.resources.flatMap(one => one.vars.map(name => [name, one] as const)).reverse(),
  );
  for (const { name, fieldPath } of vars.values()) {
    values.set(name, readVar(sources.get(name), name, fieldPath));
  }
  const used = new Set<string>();
  for (const resource of list.resources) {
    for (const spec of config.varReference)
      setField(resource, spec, value => expandField(value, values, used, resource));
  }
  const unused = [...values.keys()].filter(name => !used.has(name));
  if (unused.length > 0) warn(`vars that were never replaced: ${unused.join(',')}`);
}

function readVar(resource: Resource | undefined, name: string, fieldPath: string): Json {
  if (resource === undefined)
    throw new BuildError(`the var ${name} reads an object that is not there`, { field: 'vars' });
  const path = fieldPath.split(/\.|\[(\d+)\]/).filter(part => part !== undefined && part !== '');
  const value = lookUp(resource.object, path);
  if (value === undefined || value === null) {
    throw new BuildError(`the var ${name} reads ${fieldPath}, which is not there`, {
      field: 'vars',
      resource: printId(resource.id),
    });
  }
  return value;
}

function expandField(
  value: Json | undefined,
  values: Map<string, Json>,
  used: Set<string>,
  resource: Resource,
): Json | undefined {
  if (typeof value === 'string') return expand(value, values, used);
  if (Array.isArray(value)) {
    value.forEach((item, i) => {
      if (typeof item !== 'string') {
        throw new BuildError('a list with vars may hold strings only', {
          ...resource.place,
          resource: printId(resource.id),
        });
      }
      value[i] = expand(item, values, used);
    });
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value))
      if (typeof item === 'string') put(value, key, expand(item, values, used));
  }
  return undefined;
}

/** Replaces `$(NAME)`; `$$` stands for a dollar. A string that is one var and nothing else takes its type. */
function expand(text: string, values: Map<string, Json>, used: Set<string>): Json {
  if (!text.includes('$')) return text;
  const whole =
    text.startsWith('$(') && text.indexOf(')') === text.length - 1 ? text.slice(2, -1) : undefined;
  if (whole !== undefined && values.has(whole)) {
    used.add(whole);
    return values.get(whole)!;
  }
  const parts: string[] = [];
  // Sought once: a parenthesis that nothing closes is no reference.
  const lastClose = text.lastIndexOf(')');
  let from = 0;
  for (let at = text.indexOf('$'); at >= 0; at = text.indexOf('$', from)) {
    parts.push(text.slice(from, at));
    const { read, value } = reference(text, at, at < lastClose, values, used);
    parts.push(value);
    from = at + read;
  }
  return parts.join('') + text.slice(from);
}

/** What a dollar stands for, and how many characters that takes. */
function reference(
  text: string,
  at: number,
  mayClose: boolean,
  values: Map<string, Json>,
  used: Set<string>,
): { read: number; value: string } {
  const next = text[at + 1];
  if (next === '$') return { read: 2, value: '$' };
  const close = next === '(' && mayClose ? text.indexOf(')', at) : -1;
  if (close < 0) return { read: 1, value: '$' };
  const name = text.slice(at + 2, close);
  if (!values.has(name)) return { read: close + 1 - at, value: text.slice(at, close + 1) };
  used.add(name);
  return { read: close + 1 - at, value: String(values.get(name)) };
}
