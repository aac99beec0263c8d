import { ApiError, isConflict, isForbidden, isNotFound } from './errors.ts';
import type { ObjectRef } from './object.ts';

/** What may be told of why a request on the object failed: the server's own words, unless they may hold data. */
export function refusalWords(ref: Pick<ObjectRef, 'apiVersion' | 'kind'>, error: unknown): string {
  if (error instanceof ApiError && holdsData(ref)) return wordsOnData(ref.kind, error);
  return error instanceof Error ? error.message : String(error);
}

/** ConfigMaps too: what a generator puts into one may be a file that was meant for a Secret. */
function holdsData({ apiVersion, kind }: Pick<ObjectRef, 'apiVersion' | 'kind'>): boolean {
  return apiVersion === 'v1' && (kind === 'Secret' || kind === 'ConfigMap');
}

/**
 * What the server says of a Secret may repeat what it holds: a value of the wrong type, or a line that was taken for a
 * key. So its own words are told only where they are about something else, and else which part is at fault, and how.
 */
function wordsOnData(kind: string, error: ApiError): string {
  const { message, status } = error;
  if (
    isNotFound(error) ||
    (isForbidden(error) && / cannot \w+ resource "(secrets|configmaps)"/.test(message))
  )
    return message;
  if (isConflict(error) && status.details?.causes?.length) return message;
  const faults = (status.details?.causes ?? []).map(
    ({ field = '', reason = '' }) => `${partOf(field)}: ${reason}`,
  );
  if (/immutable/.test(message)) faults.push('it is immutable');
  const [, part] =
    /\.(data|stringData|binaryData|immutable|type|metadata\.(?:labels|annotations))\b/.exec(message) ?? [];
  const [, type] = /: expected (string|map|numeric|list|boolean)/.exec(message) ?? [];
  if (part && type) faults.push(`${part}: expected a ${type}`);
  if (/: field not declared in schema|unknown field /.test(message))
    faults.push(`it has a field that a ${kind} does not have`);
  const found = faults.length > 0 ? `${[...new Set(faults)].join(', ')} ` : '';
  return `${found}(the words of the server are not shown: they may hold what is in the ${kind})`;
}

/** `data[...]` is `data`: its keys may be lines of a file that were taken for keys. */
function partOf(field: string): string {
  return /^[A-Za-z.]*/.exec(field)?.[0] || 'the object';
}
