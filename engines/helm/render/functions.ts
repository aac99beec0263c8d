import {
  contextFunction,
  goFunction,
  JsonUnmarshalError,
  type TemplateFunction,
  unmarshalJsonList,
  unmarshalJsonMap,
  type Value,
} from '@millrace/go-template';
import { sprigFunctions, weigh } from '@millrace/go-template/sprig';
import { durationFunctions } from './duration-functions.ts';
import { inclusion } from './include.ts';
import { requirement } from './requirement.ts';
import type { Session } from './session.ts';
import { fromToml } from './toml-decode.ts';
import { encodeToml, TomlEncodeError } from './toml-encode.ts';
import { fromYaml, fromYamlArray, mustToYaml, toYaml, toYamlPretty } from './yaml-text.ts';

/** The functions that templates of charts have: Sprig's, and those that Helm adds or has instead of them. */
export function helmFunctions(session: () => Session): Record<string, TemplateFunction> {
  const sprig = sprigFunctions({
    clock: () => session().clock(),
    random: count => session().random(count),
  });
  return {
    ...sprig,
    ...encodings,
    ...durationFunctions,
    ...inclusion(session),
    ...requirement(session),
    ...outside(session),
  };
}

const encodings = {
  toYaml: encoder(toYaml),
  toYamlPretty: encoder(toYamlPretty),
  mustToYaml: encoder(mustToYaml),
  fromYaml: goFunction(['string'], fromYaml),
  fromYamlArray: goFunction(['string'], fromYamlArray),
  toToml: encoder(toToml),
  mustToToml: encoder(encodeToml),
  fromToml: goFunction(['string'], fromToml),
  fromJson: goFunction(['string'], text =>
    orProblem(
      () => unmarshalJsonMap(text),
      problem => ({ Error: problem }),
    ),
  ),
  fromJsonArray: goFunction(['string'], text =>
    orProblem<Value[]>(
      () => unmarshalJsonList(text),
      problem => [problem],
    ),
  ),
};

/** A function whose text counts against the limits before it is made. */
function encoder(encode: (value: Value) => string): TemplateFunction {
  return contextFunction(['interface {}'], (context, value) => {
    weigh(context, value);
    return encode(value);
  });
}

/** What cannot be written is a text that says why. */
function toToml(value: Value): string {
  try {
    return encodeToml(value);
  } catch (error) {
    if (error instanceof TomlEncodeError) return error.message;
    throw error;
  }
}

function orProblem<T>(read: () => T, failed: (problem: string) => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof JsonUnmarshalError) return failed(error.message);
    throw error;
  }
}

/** What lies outside of the chart: a cluster only through the caller, the network not at all. */
function outside(session: () => Session): Record<string, TemplateFunction> {
  return {
    lookup: goFunction(
      ['string', 'string', 'string', 'string'],
      (apiVersion, kind, namespace, name) => session().lookup?.(apiVersion, kind, namespace, name) ?? {},
    ),
    getHostByName: goFunction(['string'], () => ''),
  };
}
