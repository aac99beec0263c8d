import { contextFunction, goFunction } from '../function.ts';
import { JsonMarshalError, type MarshalOptions, marshalJson } from '../json/marshal.ts';
import { JsonUnmarshalError, unmarshalJson } from '../json/unmarshal.ts';
import type { TemplateFunction } from '../value.ts';
import { weigh } from './weigh.ts';

/** JSON out and in. What has no `must` in its name gives nothing where something is wrong. */
export const jsons: Record<string, TemplateFunction> = {
  toJson: encoder({}, ''),
  mustToJson: encoder({}),
  toPrettyJson: encoder({ indent: '  ' }, ''),
  mustToPrettyJson: encoder({ indent: '  ' }),
  // Sprig panics here, which comes to the same as `must`.
  toRawJson: encoder({ escapeHtml: false }),
  mustToRawJson: encoder({ escapeHtml: false }),
  fromJson: goFunction(['string'], text => {
    try {
      return unmarshalJson(text);
    } catch (error) {
      if (error instanceof JsonUnmarshalError) return null;
      throw error;
    }
  }),
  mustFromJson: goFunction(['string'], unmarshalJson),
};

function encoder(style: MarshalOptions, otherwise?: string): TemplateFunction {
  return contextFunction(['interface {}'], (context, value) => {
    weigh(context, value);
    try {
      return marshalJson(value, style);
    } catch (error) {
      if (error instanceof JsonMarshalError && otherwise !== undefined) return otherwise;
      throw error;
    }
  });
}
