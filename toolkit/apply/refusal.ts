import { Failed } from '@millrace/controller';
import {
  ApiError,
  display,
  isConflict,
  isInvalid,
  isNotFound,
  NoMatchError,
  type ObjectRef,
  refusalWords,
} from '@millrace/kube';

/** Why an object was not taken, with its name and the server's own words, where those may be told. */
export function refusal(ref: ObjectRef, error: unknown, what: string): Failed {
  if (error instanceof Failed) return error;
  const subject = display(ref);
  const say = (message: string) => new Failed('ReconciliationFailed', message, { cause: error });
  if (error instanceof NoMatchError) return say(`${subject} ${what}: ${error.message}`);
  if (!(error instanceof ApiError))
    return say(`${subject} ${what}: ${error instanceof Error ? error.message : error}`);
  const words = refusalWords(ref, error);
  if (isNotFound(error)) return say(`${subject} not found: ${words}`);
  const conflict = error.status.details?.causes?.some(cause => cause.reason === 'FieldManagerConflict');
  const reason = conflict ? 'FieldManagerConflict' : error.reason;
  return say(`${subject} ${what}${reason && reason !== 'Unknown' ? ` (${reason})` : ''}: ${words}`);
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
