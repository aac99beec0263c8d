import { isObject, type Json, type JsonObject } from '@millrace/json';

/** One line of a controller's log. What it does not say is empty. */
export interface LogEntry {
  time: string;
  level: string;
  message: string;
  error: string;
  /** The kind of the object that it is about. */
  kind: string;
  name: string;
  namespace: string;
}

/** Undefined for what is no entry: controllers may write other lines, a panic for one. */
export function parseLogEntry(line: string): LogEntry | undefined {
  const entry = objectIn(line);
  if (!entry) return undefined;
  const text = (key: string) => (typeof entry[key] === 'string' ? entry[key] : '');
  return {
    time: text('ts'),
    level: text('level'),
    message: text('msg'),
    error: text('error'),
    kind: text('reconciler kind') || text('controllerKind'),
    name: text('name'),
    namespace: text('namespace'),
  };
}

function objectIn(line: string): JsonObject | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value = JSON.parse(line) as Json;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** `2026-01-01T00:00:00Z info Kustomization/apps.flux-system - Reconciliation finished `: the end holds the error. */
export function formatLogEntry({ time, level, message, error, kind, name, namespace }: LogEntry): string {
  const subject = name === '' ? kind : `${kind}/${name}.${namespace}`;
  return `${time} ${level} ${subject} - ${message} ${error}`;
}

export interface LogFilter {
  level?: string | undefined;
  kind?: string | undefined;
  name?: string | undefined;
  /** All where it is left out. */
  namespace?: string | undefined;
  /** Milliseconds since the epoch. */
  since?: number | undefined;
}

/** Names and kinds are compared whatever their case, as Flux does. An entry about no namespace passes only without one. */
export function isWanted(entry: LogEntry, { level, kind, name, namespace, since }: LogFilter): boolean {
  const same = (wanted: string | undefined, is: string) =>
    wanted === undefined || wanted.toLowerCase() === is.toLowerCase();
  return (
    same(level, entry.level) &&
    same(kind, entry.kind) &&
    same(name, entry.name) &&
    same(namespace, entry.namespace) &&
    !(since !== undefined && Date.parse(entry.time) < since)
  );
}
