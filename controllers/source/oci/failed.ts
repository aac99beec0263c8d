import { Failed } from '@millrace/controller';
import { RegistryError } from '@millrace/oci';

/** A step that failed, under its reason. What ends everything stays as it is. */
export function failed(reason: string, what: string, cause: unknown, signal: AbortSignal): Failed {
  signal.throwIfAborted();
  if (cause instanceof Failed) return cause;
  const said = cause instanceof Error ? cause.message : String(cause);
  const retryAfter = cause instanceof RegistryError ? cause.retryAfter : undefined;
  return new Failed(reason, `${what}: ${said}`, { cause, retryAfter });
}
