import { CliError } from '../cli-error.ts';
import { findKind } from '../resources/catalog.ts';
import type { Resource } from '../resources/resource.ts';

/**
 * Read `--status-selector`: `ready=false` or `ready!=true`. The type of the condition and its status are compared
 * whatever their case; an object without the condition matches no `=`, and every `!=`. What no controller reconciles is
 * ready.
 */
export function parseStatusSelector(text: string): (resource: Resource) => boolean {
  const separator = text.includes('!=') ? '!=' : '=';
  const at = text.indexOf(separator);
  if (at < 0) {
    throw new CliError(`expected status selector in type=status or type!=status format, but found: ${text}`);
  }
  const type = text.slice(0, at).toLowerCase();
  const status = text.slice(at + separator.length).toLowerCase();
  const matches = (resource: Resource) => {
    const found = resource.conditions.find(condition => condition.type.toLowerCase() === type);
    const isInert = type === 'ready' && findKind(resource.kind)?.inert;
    return (isInert ? 'true' : found?.status.toLowerCase()) === status;
  };
  return separator === '=' ? matches : resource => !matches(resource);
}
