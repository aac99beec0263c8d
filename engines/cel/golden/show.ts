import type { Json, JsonObject } from '@millrace/json';
import { createEnvironment, type Environment, withVariables } from '../check/environment.ts';
import { bool, double, dyn, int, list, map, string, typeText } from '../check/type.ts';
import { CelError } from '../error.ts';
import { fluxLibraries, kubernetesLibraries } from '../library/libraries.ts';
import { compile } from '../program.ts';
import { fromJson } from '../value/json.ts';
import { doubleText } from '../value/text.ts';
import { durationText, timestampText } from '../value/time.ts';
import { typeOf } from '../value/type-of.ts';
import { Duration, ListValue, MapValue, Optional, Timestamp, TypeValue, Uint, type Value } from '../value/value.ts';

/** An expression with what cel-go made of it. */
export interface Golden {
  readonly expr: string;
  readonly vars?: JsonObject;
  readonly env?: string;
  readonly type?: string;
  readonly value?: string;
  readonly error?: string;
  readonly issue?: string;
  readonly cost?: number;
}

/** The variables that the golden expressions use. */
const variables = {
  ...Object.fromEntries(['x', 'y', 'z', 'self', 'object'].map(name => [name, dyn])),
  i: int,
  s: string,
  l: list(string),
  m: map(string, int),
  b: bool,
  d: double,
};

export function goldenEnvironments(): Record<string, Environment> {
  return {
    kubernetes: withVariables(createEnvironment(kubernetesLibraries), variables),
    flux: withVariables(createEnvironment(fluxLibraries), variables),
  };
}

/** What this engine makes of the expression, in the form of the golden file. */
export function outcome({ expr, vars = {}, env }: Golden, environments: Record<string, Environment>): Golden {
  let cost: number | undefined;
  let type: string | undefined;
  try {
    const program = compile(expr, environments[env ?? 'kubernetes']!);
    type = typeText(program.type);
    const values = Object.fromEntries(
      Object.entries(vars).map(([name, value]) => [name, asDeclared(name, value as Json)]),
    );
    const value = show(program.evaluate(values, { onCost: spent => (cost = spent) }));
    return { expr, type, value, cost: cost! };
  } catch (error) {
    if (error instanceof CelError) return { expr, issue: error.message };
    const { message } = error as Error;
    if (type === undefined) return { expr, error: `program: ${message}` };
    return { expr, type, error: message, ...(cost !== undefined && { cost }) };
  }
}

function asDeclared(name: string, value: Json): Value {
  return name === 'd' && typeof value === 'number' ? value : fromJson(value);
}

function show(value: Value): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return `double(${doubleText(value)})`;
  if (value === null || typeof value !== 'object') return String(value);
  if (value instanceof Uint) return `${value.value}u`;
  if (value instanceof Uint8Array) return `b${Buffer.from(value).toString('hex')}`;
  if (value instanceof Timestamp) return `timestamp(${timestampText(value)})`;
  if (value instanceof Duration) return `duration(${durationText(value)})`;
  if (value instanceof Optional)
    return value.value === undefined ? 'optional.none()' : `optional(${show(value.value)})`;
  if (value instanceof TypeValue) return `type(${value.type.name})`;
  if (value instanceof ListValue) return `[${[...value].map(show).join(', ')}]`;
  if (value instanceof MapValue)
    return `{${[...value.keys()].map(key => `${show(key)}: ${show(value.find(key)!)}`).sort().join(', ')}}`;
  return `<${typeOf(value).name}>`;
}

/** As Go's encoding/json writes a string. */
function quoted(text: string): string {
  const escaped: Record<string, string> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026' };
  return JSON.stringify(text)
    .replace(/[<>&]/g, sign => escaped[sign]!)
    .replace(/[\u2028\u2029]/g, sign => `\\u${sign.charCodeAt(0).toString(16)}`);
}
