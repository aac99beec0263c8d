import { get, type JsonObject } from '@millrace/json';
import { BuildError } from './build-error.ts';

export type LabelSelector = (labels: JsonObject) => boolean;

const requirement =
  /^(?:!\s*(?<absent>[^\s=!<>(),]+)|(?<key>[^\s=!<>(),]+)(?:\s*(?<operator>==|=|!=|<|>)\s*(?<value>[^\s=!<>(),]*)|\s+(?<set>in|notin)\s*\((?<values>[^()]*)\))?)$/;

/** Parses a selector in the form of `kubectl get -l`: `a=b,c!=d,e in (f,g),h,!i`. */
export function parseLabelSelector(text: string): LabelSelector {
  const tests = splitRequirements(text).map(part => compile(part.trim(), text));
  return labels => tests.every(test => test(labels));
}

/** Splits at the commas outside parentheses. */
function splitRequirements(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0, inside = false; at < text.length; at++) {
    if (text[at] === '(') inside = true;
    else if (text[at] === ')') inside = false;
    else if (text[at] === ',' && !inside) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
}

function compile(part: string, text: string): LabelSelector {
  const found = requirement.exec(part)?.groups;
  if (found === undefined) throw new BuildError(`"${text}" is no selector`);
  const { absent } = found;
  if (absent !== undefined) return labels => get(labels, absent) === undefined;
  const key = found.key!;
  if (found.set) {
    const values = new Set(found.values!.split(',').map(value => value.trim()));
    return found.set === 'in'
      ? labels => get(labels, key) !== undefined && values.has(String(get(labels, key)))
      : labels => get(labels, key) === undefined || !values.has(String(get(labels, key)));
  }
  return compare(key, found.operator, found.value ?? '');
}

function compare(key: string, operator: string | undefined, value: string): LabelSelector {
  switch (operator) {
    case undefined:
      return labels => get(labels, key) !== undefined;
    case '!=':
      return labels => get(labels, key) === undefined || String(get(labels, key)) !== value;
    case '<':
      return labels => Number(get(labels, key)) < Number(value);
    case '>':
      return labels => Number(get(labels, key)) > Number(value);
    default:
      return labels => get(labels, key) !== undefined && String(get(labels, key)) === value;
  }
}
