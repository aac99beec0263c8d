import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressOf, groupings, type Place, placeOf, stepFrom, views } from './place.ts';
import { states } from './row.ts';

const word = fc.string({ minLength: 1, unit: 'grapheme' });
const keys = fc.array(word, { maxLength: 5 });

const place: fc.Arbitrary<Place> = fc.record({
  view: fc.constantFrom(...views),
  object: fc.constant(undefined),
  tab: fc.constant(undefined),
  filter: fc.record({
    text: fc.string({ unit: 'grapheme' }),
    state: fc.option(fc.constantFrom(...states), { nil: undefined }),
    kind: fc.option(word, { nil: undefined }),
    namespace: fc.option(word, { nil: undefined }),
    drifted: fc.boolean(),
  }),
  starred: fc.boolean(),
  grouping: fc.constantFrom(...groupings),
  graph: fc.boolean(),
  troubled: fc.boolean(),
  before: fc.string(),
  after: fc.string(),
  open: fc.option(keys, { nil: undefined }),
  singly: keys,
});

const at = (address: string) => placeOf(new URL(address, 'http://localhost'));

describe('an address', () => {
  test('says all of a place', () => {
    fc.assert(
      fc.property(place, here => {
        expect(at(addressOf(here))).toEqual(here);
      }),
    );
  });

  test.each([
    ['/object/Pod./shop/api%2F1?tab=logs', { kind: 'Pod.', namespace: 'shop', name: 'api/1' }],
    ['/object/Namespace./_/shop', { kind: 'Namespace.', namespace: '', name: 'shop' }],
    ['/object/Pod./shop', undefined],
    ['/object/%E0%A4%A/__proto__/x', { kind: '%E0%A4%A', namespace: '__proto__', name: 'x' }],
  ])('%s names its object', (address, object) => {
    expect(at(address).object).toEqual(object);
  });

  test('of strangers names no more nodes than a graph opens', () => {
    const query = new URLSearchParams(
      Array.from({ length: 1000 }, (_, i): [string, string] => ['open', `a${i}`]),
    );
    expect(at(`/?${query}`).open).toHaveLength(20);
  });
});

describe('a step', () => {
  const here = at('/object/Kustomization/shop/api?tab=diff&before=live&after=main@sha1:1&open=a&q=x');

  test('to another part leaves behind what was chosen in the former', () => {
    expect(addressOf(stepFrom(here, { tab: 'graph' }))).toBe('/object/Kustomization/shop/api?tab=graph&q=x');
  });

  test('within a part keeps it', () => {
    expect(stepFrom(here, { after: 'main@sha1:2' })).toMatchObject({ before: 'live', open: ['a'] });
  });
});
