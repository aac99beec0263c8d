import { type GoMap, GoObject, type Value } from '@millrace/go-template';
import { parse, TomlDate, TomlError, type TomlPrimitive } from 'smol-toml';

/**
 * `fromToml`: a map, in which an error stands under the key Error, worded by our reader. Integers are int64, times are
 * of the type time.Time and print as they are written.
 */
export function fromToml(text: string): GoMap {
  try {
    return goValue(parse(text, { integersAsBigInt: true })) as GoMap;
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    return { Error: `toml: line ${error.line}: ${error.message.split('\n')[0]}` };
  }
}

function goValue(value: TomlPrimitive): Value {
  if (Array.isArray(value)) return value.map(goValue);
  if (value instanceof TomlDate)
    return timeObject(
      value
        .toISOString()
        .replace(/\.(\d+)/, (_, digits: string) => withPoint(digits.replace(/(?<!0)0+$/, ''))),
    );
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, goValue(item)]));
}

function withPoint(digits: string): string {
  return digits === '' ? '' : `.${digits}`;
}

function timeObject(text: string): GoObject {
  return new GoObject({ type: 'time.Time', kind: 'struct', text: () => text, marshalText: () => text });
}
