import { describe, expect, it } from 'vitest';
import {
  GoObject,
  goInt,
  JsonMarshalError,
  JsonUnmarshalError,
  marshalJson,
  typedNil,
  unmarshalJson,
  type Value,
} from '../index.ts';

describe('JSON as Go writes it', () => {
  it.each<[Value, string]>([
    [{ b: 1, a: [true, null, undefined], 10: 'x', 9: {} }, '{"10":"x","9":{},"a":[true,null,null],"b":1}'],
    [[1e6, 1e20, 1e21, 1e-6, 1e-7, 0.1, -0], '[1000000,100000000000000000000,1e+21,0.000001,1e-7,0.1,-0]'],
    [[goInt(5), 9007199254740993n], '[5,9007199254740993]'],
    [new Map([[goInt(3), 'c']]), '{"3":"c"}'],
    [new Uint8Array([104, 105]), '"aGk="'],
    ['<a href="x">&\u2028\t\b\f\x01\x7f', '"\\u003ca href=\\"x\\"\\u003e\\u0026\\u2028\\t\\b\\f\\u0001\x7f"'],
    [JSON.parse('{"__proto__":{"a":1},"n":[]}'), '{"__proto__":{"a":1},"n":[]}'],
  ])('%o is %s', (value, text) => expect(marshalJson(value)).toBe(text));

  it('writes structs in the order of their fields', () => {
    const inner = new GoObject({
      type: 'main.T',
      kind: 'struct',
      fields: { B: goInt(1), A: typedNil({}) },
    });
    const named = new GoObject({ type: 'main.U', kind: 'struct', json: () => ({ z: 1, inner }) });
    expect(marshalJson([inner, named])).toBe('[{"B":1,"A":null},{"z":1,"inner":{"B":1,"A":null}}]');
  });

  it('may leave HTML alone and indent', () => {
    expect(marshalJson({ b: '<', a: [1, {}, []] }, { escapeHtml: false, indent: '  ' })).toBe(
      '{\n  "a": [\n    1,\n    {},\n    []\n  ],\n  "b": "<"\n}',
    );
  });

  it('refuses what has no JSON form', () => {
    const loop: Record<string, Value> = {};
    loop.self = loop;
    expect(() => marshalJson(loop)).toThrow('encountered a cycle via map[string]interface {}');
    expect(() => marshalJson([Number.NaN])).toThrow('json: unsupported value: NaN');
    expect(() => marshalJson(new Map([[true, 1]]))).toThrow(JsonMarshalError);
  });
});

describe('JSON as Go reads it', () => {
  it.each([
    ['', 'unexpected end of JSON input'],
    ['{"a":', 'unexpected end of JSON input'],
    ['x', "invalid character 'x' looking for beginning of value"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b"}', `invalid character '"' after object key:value pair`],
    ['{a}', "invalid character 'a' looking for beginning of object key string"],
    ['[1 2]', "invalid character '2' after array element"],
    ['[1]]', "invalid character ']' after top-level value"],
    ['trux', "invalid character 'x' in literal true (expecting 'e')"],
    ['"\n"', "invalid character '\\n' in string literal"],
    ['"\\x"', "invalid character 'x' in string escape code"],
    ['"\\u00g"', "invalid character 'g' in \\u hexadecimal character escape"],
    ['-x', "invalid character 'x' in numeric literal"],
    ['1.x', "invalid character 'x' after decimal point in numeric literal"],
    ['1e+', "invalid character ' ' in exponent of numeric literal"],
    ['nul', "invalid character ' ' in literal null (expecting 'l')"],
    ['1ex', "invalid character 'x' in exponent of numeric literal"],
    ['01', "invalid character '1' after top-level value"],
    ["'", "invalid character '\\'' looking for beginning of value"],
    ['é', "invalid character 'Ã' looking for beginning of value"],
  ])('refuses %j', (text, problem) => {
    expect(() => unmarshalJson(text)).toThrow(new JsonUnmarshalError(problem));
  });

  it('reads halves of surrogate pairs as replacement characters', () => {
    expect(unmarshalJson('["\\ud800", "\\ud83d\\ude00"]')).toEqual(['\ufffd', '😀']);
    expect(() => unmarshalJson('[1e999]')).toThrow(
      new JsonUnmarshalError('json: cannot unmarshal number 1e999 into Go value of type float64'),
    );
  });
});
