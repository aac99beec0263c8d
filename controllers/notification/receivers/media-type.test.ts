import { describe, expect, test } from 'vitest';
import { isJson, mediaType } from './media-type.ts';

describe('a media type', () => {
  test.each([
    ['application/json', 'application/json'],
    ['Application/JSON; charset=utf-8', 'application/json'],
    ['application/json;charset="utf-8";x=y', 'application/json'],
    ['application/json ; a="q\\"q"', 'application/json'],
    ['application/json;', 'application/json'],
    ['application/json; a=1; A=1', 'application/json'],
    ['text', 'text'],
  ])('%j is %s', (header, type) => {
    expect(mediaType(header)).toBe(type);
  });

  test.each([
    '',
    ';charset=utf-8',
    'application/',
    'a/b/c',
    'application/json; charset',
    'application/json; charset=',
    'application/json; a=1; a=2',
    'application/json; a="x',
    'application json',
  ])('%j is none', header => {
    expect(mediaType(header)).toBeUndefined();
  });

  test('is read in a time that grows with its length', () => {
    const header = `application/json${'; a=b'.repeat(50_000)}${' '.repeat(50_000)}x`;
    expect(mediaType(header)).toBeUndefined();
  });
});

test.each([
  ['application/json', true],
  ['text/plain, application/json', true],
  ['application/json; charset=utf-8', true],
  ['text/plain', false],
  ['application/cloudevents+json', false],
  ['; , application/json', false],
  ['', false],
])('%j says JSON: %s', (header, said) => {
  expect(isJson(header)).toBe(said);
});
