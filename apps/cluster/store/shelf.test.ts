import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Entry, toEntry } from './entry.ts';
import { Shelf } from './shelf.ts';

const entry = (namespace: string, name: string, revision: number): Entry =>
  toEntry('/configmaps', { kind: 'ConfigMap', apiVersion: 'v1', metadata: { namespace, name } }, revision);

/** As in etcd. */
const keyOf = ({ namespace, name }: Entry) => `${namespace}/${name}`;

const step = fc.record({
  does: fc.constantFrom('put', 'put', 'put', 'remove', 'list', 'list all'),
  namespace: fc.constantFrom('a', 'b', 'a-b'),
  name: fc.constantFrom(...'abcdefgh'),
});

test('lists are in order whatever came and went, and stay as they are', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const shelf = new Shelf();
      const model = new Map<string, Entry>();
      const seen: [readonly Entry[], Entry[]][] = [];
      const look = (namespace?: string) => {
        const expected = [...model.values()]
          .filter(one => namespace === undefined || one.namespace === namespace)
          .sort((x, y) => (keyOf(x) < keyOf(y) ? -1 : 1));
        const list = shelf.list(namespace);
        expect(list).toEqual(expected);
        seen.push([list, expected]);
      };
      steps.forEach(({ does, namespace, name }, i) => {
        const one = entry(namespace, name, i);
        if (does === 'list') look(namespace);
        else if (does === 'list all') look();
        else if (does === 'put') {
          shelf.put(one);
          model.set(`${namespace}/${name}`, one);
        } else {
          shelf.remove(one);
          model.delete(`${namespace}/${name}`);
        }
        expect(shelf.size).toBe(model.size);
      });
      look();
      for (const [list, expected] of seen) expect(list).toEqual(expected);
    }),
  );
});
