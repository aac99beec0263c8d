import { Failed } from '@millrace/controller';
import {
  ApiError,
  display,
  isConflict,
  isForbidden,
  isInvalid,
  isNotFound,
  NoMatchError,
  type ObjectRef,
} from '@millrace/kube';

/** Why an object was not taken, with its name and the server's own words, where those may be told. */
export function refusal(ref: ObjectRef, error: unknown, what: string): Failed {
  if (error instanceof Failed) return error;
  const subject = display(ref);
  const say = (message: string) => new Failed('ReconciliationFailed', message, { cause: error });
  if (error instanceof NoMatchError) return say(`${subject} ${what}: ${error.message}`);
  if (!(error instanceof ApiError))
    return say(`${subject} ${what}: ${error instanceof Error ? error.message : error}`);
  const words = holdsData(ref) ? wordsOnData(ref.kind, error) : error.message;
  if (isNotFound(error)) return say(`${subject} not found: ${words}`);
  const conflict = error.status.details?.causes?.some(cause => cause.reason === 'FieldManagerConflict');
  const reason = conflict ? 'FieldManagerConflict' : error.reason;
  return say(`${subject} ${what}${reason && reason !== 'Unknown' ? ` (${reason})` : ''}: ${words}`);
}

/** ConfigMaps too: what a generator puts into one may be a file that was meant for a Secret. */
function holdsData({ apiVersion, kind }: ObjectRef): boolean {
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
  const [, part] = /\.(data|stringData)\b/.exec(message) ?? [];
  const [, type] = /: expected (string|map|numeric|list|boolean)/.exec(message) ?? [];
  if (part && type) faults.push(`${part}: expected a ${type}`);
  const found = faults.length > 0 ? `${[...new Set(faults)].join(', ')} ` : '';
  return `${found}(the words of the server are not shown: they may hold what is in the ${kind})`;
}

/** `data[...]` is `data`: its keys may be lines of a file that were taken for keys. */
function partOf(field: string): string {
  return /^[A-Za-z.]*/.exec(field)?.[0] || 'the object';
}

/**
 * Whether the object as it is stands in the way, and may be replaced under `force`: Invalid and Conflict, and
 * whatever speaks of immutability (fluxcd/pkg, ssa/errors).
 */
export function isImmutable(error: unknown): boolean {
  if (isInvalid(error) || isConflict(error)) return true;
  return error instanceof ApiError && /is\simmutable|immutable\sfield/.test(error.message);
}

/** A field that the type of a built-in kind does not have; server-side apply refuses those, whatever is asked for. */
export function isUnknownField(error: unknown): boolean {
  return error instanceof ApiError && error.message.includes('field not declared in schema');
}
