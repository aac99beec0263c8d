import { expect, test } from 'vitest';
import { drawTree } from './tree.ts';

test('a tree is drawn as flux draws it', () => {
  const leaf = (text: string) => ({ text, below: [] });
  const root = {
    text: 'root',
    below: [
      { text: 'a', below: [leaf('b'), leaf('c')] },
      { text: 'd', below: [leaf('e')] },
    ],
  };
  expect(drawTree(root)).toBe(`root
├── a
│   ├── b
│   └── c
└── d
    └── e
`);
});
