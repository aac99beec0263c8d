import { equal, isObject, type Json, type JsonObject } from '@millrace/json';

/** One operation of a JSON patch (RFC 6902). */
export type PatchOperation =
  | { op: 'add' | 'replace'; path: string; value: Json }
  | { op: 'remove'; path: string };

/**
 * The JSON patch that makes `to` of `from`: a change of each field, items of lists by their place; and the whole of an
 * object or a list in one where that is shorter, but never of all.
 *
 * Rule: Compare of github.com/wI2L/jsondiff v0.7.1 with Rationalize.
 */
export function jsonPatchBetween(from: JsonObject, to: JsonObject): PatchOperation[] {
  return between(from, to, '');
}

function between(from: Json, to: Json, path: string): PatchOperation[] {
  if (equal(from, to)) return [];
  const whole: PatchOperation = { op: 'replace', path, value: to };
  const parts =
    isObject(from) && isObject(to)
      ? betweenObjects(from, to, path)
      : Array.isArray(from) && Array.isArray(to)
        ? betweenLists(from, to, path)
        : [whole];
  return path !== '' && lengthOf(parts) > lengthOf([whole]) ? [whole] : parts;
}

/**
 * How long the operations are as jsondiff reckons, by which it chooses: it takes what is added for nothing. How many
 * fields an event says to have changed follows from that.
 */
function lengthOf(operations: PatchOperation[]): number {
  const fields = (operation: PatchOperation) => {
    if (operation.op === 'remove') return 0;
    const { length } = operation.op === 'add' ? '' : JSON.stringify(operation.value);
    return ',"value":'.length + length;
  };
  const lengths = operations.map(
    operation =>
      '{"op":"","path":""}'.length + operation.op.length + operation.path.length + fields(operation),
  );
  return lengths.reduce((sum, length) => sum + length, operations.length - 1);
}

function betweenObjects(from: JsonObject, to: JsonObject, path: string): PatchOperation[] {
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
  return keys.flatMap((key): PatchOperation[] => {
    const at = `${path}/${escaped(key)}`;
    if (!Object.hasOwn(to, key)) return [{ op: 'remove', path: at }];
    if (!Object.hasOwn(from, key)) return [{ op: 'add', path: at, value: to[key] as Json }];
    return between(from[key] as Json, to[key] as Json, at);
  });
}

function betweenLists(from: Json[], to: Json[], path: string): PatchOperation[] {
  const common = Math.min(from.length, to.length);
  return [
    ...from.slice(common).map((): PatchOperation => ({ op: 'remove', path: `${path}/${common}` })),
    ...from.slice(0, common).flatMap((item, i) => between(item, to[i] as Json, `${path}/${i}`)),
    ...to.slice(common).map((value): PatchOperation => ({ op: 'add', path: `${path}/-`, value })),
  ];
}

function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
