import type { Library } from '../../check/environment.ts';
import { celFunction, member } from '../../check/function.ts';
import { int, list, string } from '../../check/type.ts';
import { matching } from '../../cost/size.ts';
import { List } from '../../value/collection.ts';
import { compiled } from '../../value/regular-expression.ts';

function* firstOf(texts: Iterable<string>, most: bigint): Iterable<string> {
  let count = 0n;
  if (most === 0n) return;
  for (const text of texts) {
    yield text;
    if (++count === most) return;
  }
}

function findAll(text: string, pattern: string, most = -1n): List {
  return new List([...firstOf(compiled(pattern).matches(text), most)]);
}

/** https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-regex-library */
export const regexLibrary: Library = {
  functions: [
    celFunction(
      'find',
      [
        member(
          [string, string],
          string,
          (text: string, pattern: string) => [...firstOf(compiled(pattern).matches(text), 1n)][0] ?? '',
        ),
      ],
      { cost: matching },
    ),
    celFunction(
      'findAll',
      [member([string, string], list(string), findAll), member([string, string, int], list(string), findAll)],
      { cost: matching },
    ),
  ],
};
