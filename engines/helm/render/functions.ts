import {
  goFunction,
  JsonMarshalError,
  JsonUnmarshalError,
  marshalJson,
  type TemplateFunction,
  unmarshalJsonList,
  unmarshalJsonMap,
  type Value,
} from '@millrace/go-template';
import { inclusion } from './include.ts';
import { requirement } from './requirement.ts';
import type { Session } from './session.ts';
import { fromYaml, fromYamlArray, mustToYaml, toYaml } from './yaml-text.ts';

/** The functions that Helm adds to Sprig's, or has instead of them. */
export function helmFunctions(session: () => Session): Record<string, TemplateFunction> {
  return { ...encodings, ...inclusion(session), ...requirement(session), ...outside(session) };
}

const encodings = {
  toYaml: goFunction(['interface {}'], toYaml),
  mustToYaml: goFunction(['interface {}'], mustToYaml),
  fromYaml: goFunction(['string'], fromYaml),
  fromYamlArray: goFunction(['string'], fromYamlArray),
  toJson: goFunction(['interface {}'], toJson),
  mustToJson: goFunction(['interface {}'], value => marshalJson(value)),
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

/** What cannot be written is an empty text. */
function toJson(value: Value): string {
  try {
    return marshalJson(value);
  } catch (error) {
    if (error instanceof JsonMarshalError) return '';
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
