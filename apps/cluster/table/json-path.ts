import { isObject, type Json } from '@millrace/json';

type Step = (value: Json) => Json[];

const compiled = new Map<string, Step[]>();

/**
 * The values at a JSONPath of the kind that printer columns use: `.a.b`, `['a.b']`, `[0]`, `[*]`,
 * `[?(@.type=="Ready")]`. A path that means nothing finds nothing.
 * https://kubernetes.io/docs/reference/kubectl/jsonpath/
 */
export function jsonPath(value: Json, path: string): Json[] {
  let steps = compiled.get(path);
  if (!steps) compiled.set(path, (steps = compile(path)));
  return steps.reduce<Json[]>((found, step) => found.flatMap(step), [value]);
}

const part =
  /\.?\[\?\(@\.([^=!<>\]]+)(==|!=)\s*(?:"([^"]*)"|'([^']*)'|([^)\s]+))\)\]|\.?\[\s*(?:'([^']*)'|"([^"]*)")\s*\]|\.?\[(-?\d+)\]|\.?\[\*\]|\.((?:\\.|[^.[\\])+)/gy;

function compile(path: string): Step[] {
  const text = path.replace(/^\{(.*)\}$/s, '$1').replace(/^\$/, '');
  const steps: Step[] = [];
  part.lastIndex = 0;
  while (part.lastIndex < text.length) {
    const match = part.exec(text);
    if (!match) return [() => []];
    steps.push(stepOf(match));
  }
  return steps;
}

function stepOf(match: RegExpExecArray): Step {
  const [, filtered, operator, double, single, bare, quoted, quotedToo, index, field] = match;
  if (filtered !== undefined) {
    const wanted = double ?? single ?? bare!;
    const path = `.${filtered.trim()}`;
    return value =>
      items(value).filter(
        item => jsonPath(item, path).some(found => String(found) === wanted) === (operator === '=='),
      );
  }
  if (index !== undefined) {
    return value => {
      const item = Array.isArray(value) ? value.at(Number(index)) : undefined;
      return item === undefined ? [] : [item];
    };
  }
  const name = quoted ?? quotedToo ?? field?.replace(/\\(.)/g, '$1');
  if (name === undefined || name === '*') return items;
  return value => (isObject(value) && Object.hasOwn(value, name) ? [value[name] as Json] : []);
}

function items(value: Json): Json[] {
  if (Array.isArray(value)) return value;
  return isObject(value) ? Object.values(value) : [];
}
