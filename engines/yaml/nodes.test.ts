import { describe, expect, test } from 'vitest';
import { type Node, parseNodes, YamlError } from './index.ts';

/** A node without its places. */
function shape(node: Node): unknown {
  if (node.kind === 'scalar') return node.timestamp ? { timestamp: node.value } : node.value;
  if (node.kind === 'list') return node.items.map(({ value }) => shape(value));
  return node.entries.map(({ key, value }) => [key, shape(value)]);
}

const read = (text: string) => parseNodes(text).documents.map(({ root }) => shape(root));

describe('nodes', () => {
  test('keys that look like numbers keep their places', () => {
    expect(read('b: x\n"2": y\n"1": z\n')).toEqual([
      [
        ['b', 'x'],
        ['2', 'y'],
        ['1', 'z'],
      ],
    ]);
  });

  test.each([
    ['1', 1n],
    ['-0x1F', -31n],
    ['0o17', 15n],
    ['1_000', 1000n],
    ['9007199254740993', 9007199254740993n],
    ['1.0', 1],
    ['1e3', 1000],
    ['.5', 0.5],
    ['.inf', Number.POSITIVE_INFINITY],
    ['yes', 'yes'],
    ['"1"', '1'],
    ['!!str 1', '1'],
    ['!!float 1', 1],
    ['~', null],
    ['', null],
    ['2026-01-31', { timestamp: '2026-01-31T00:00:00Z' }],
    ['"2026-01-31"', '2026-01-31'],
  ])('%s has the type that it has in Go', (text, value) => {
    expect(read(`a: ${text}\n`)).toEqual([[['a', value]]]);
  });

  test('nothing is as if kyaml had written it anew', () => {
    expect(read('a: >\n  x\n   y\n\n  z\nb: {c: , d}\n')).toEqual([
      [
        ['a', 'x\n y\n\nz\n'],
        [
          'b',
          [
            ['c', null],
            ['d', null],
          ],
        ],
      ],
    ]);
  });

  test('merge keys are entries, and aliases what they point at', () => {
    expect(read('a: &x {b: 1}\nc:\n  <<: *x\n')).toEqual([
      [
        ['a', [['b', 1n]]],
        ['c', [['<<', [['b', 1n]]]]],
      ],
    ]);
  });

  test('a key that is given twice is refused', () => {
    expect(() => parseNodes('a: 1\na: 2\n')).toThrow(YamlError);
  });

  test('entries and items know where they stand', () => {
    const text = 'a:\n    - b: 1\n';
    const root = parseNodes(text).documents[0]!.root;
    expect(root).toMatchObject({ kind: 'map', column: 0, entries: [{ at: 0 }] });
    const list = root.kind === 'map' ? root.entries[0]!.value : root;
    expect(list).toMatchObject({ kind: 'list', column: 4, items: [{ at: 7, value: { column: 6 } }] });
  });

  test('comments come with their places, those in texts do not', () => {
    const { comments } = parseNodes(
      '# one\na: 1 # two\nb: |\n  # text\nc: [1, # in\n  2]\n---\n  #three\nd: 2\n',
    );
    expect(comments).toEqual([
      { text: ' one', at: 0, column: 0, inline: false },
      { text: ' two', at: 11, column: 5, inline: true },
      { text: 'three', at: 54, column: 2, inline: false },
    ]);
  });
});
