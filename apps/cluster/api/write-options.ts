import type { JsonObject } from '@millrace/json';
import type { Access } from '../access/access.ts';
import type { Operation } from '../admission/admission.ts';
import { withReviewers } from '../admission/replay.ts';
import { concernedBy, inTurn, withAdmission } from '../admission/reviewed-write.ts';
import type { User } from '../http/authenticate.ts';
import type { Exchange } from '../http/exchange.ts';
import type { PatchOptions } from '../verbs/patch.ts';
import type { Target, WriteOptions } from './api.ts';
import type { Gate } from './gate.ts';
import { isTrue, type Verb } from './request-path.ts';
import { invalidOption } from './status.ts';

/** Writes consume what they are given, and one that waits for its admission is done several times. */
export function ownTree(object: JsonObject, { admission }: WriteOptions): JsonObject {
  return admission ? structuredClone(object) : object;
}

/** A write of a user. */
export type UserWrite = WriteOptions & Required<Pick<WriteOptions, 'writer'>>;

/** Does a write, with the policies and webhooks that have a say in it; most writes have none, and are done at once. */
export async function reviewed<T, Options extends UserWrite>(
  gate: Gate,
  { query }: Exchange,
  operation: Operation,
  target: Target,
  options: Options,
  write: (options: Options) => T,
): Promise<T> {
  const { atOnce, later } = concernedBy(gate, operation, target, () => ({
    ...options.writer,
    dryRun: options.dryRun,
    options: reviewedOptions(operation, query),
    warn: text => options.warn(text),
  }));
  if (!later) return write(withAdmission(options, atOnce));
  return withReviewers(later, asked => write({ ...options, admission: inTurn(atOnce, asked) }));
}

/** An apply has no manager but the one that it names. */
export function patchOptions(exchange: Exchange, options: UserWrite): PatchOptions & UserWrite {
  const applies = exchange.contentType.startsWith('application/apply-patch');
  const manager = applies ? (exchange.query.get('fieldManager') ?? '') : options.manager;
  const force = exchange.query.get('force');
  return { ...options, manager, force: force === null ? undefined : isTrue(force) };
}

/** The kinds of the options of each verb, which errors name. */
const optionKinds: Partial<Record<Verb, string>> = {
  create: 'CreateOptions',
  update: 'UpdateOptions',
  patch: 'PatchOptions',
  delete: 'DeleteOptions',
  deletecollection: 'DeleteOptions',
};

/** How a user's write is to be done, by the query. Throws 422 for parameters that are not valid. */
export function writeOptions(exchange: Exchange, user: User, access: Access, verb: Verb): UserWrite {
  const { query } = exchange;
  const kind = optionKinds[verb] ?? '';
  const unsupported = (field: string, value: unknown, supported: string) =>
    invalidOption(kind, {
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported}`,
      field,
    });
  const dryRun = query.getAll('dryRun').filter(Boolean);
  if (dryRun.some(value => value !== 'All')) throw unsupported('dryRun', dryRun, '"All"');
  const validation = query.get('fieldValidation') || 'Warn';
  if (validation !== 'Ignore' && validation !== 'Warn' && validation !== 'Strict') {
    throw unsupported('fieldValidation', validation, '"", "Ignore", "Strict", "Warn"');
  }
  requireManager(kind, query.get('fieldManager') ?? '');
  return {
    manager: query.get('fieldManager') || managerOf(exchange),
    writer: { user, access },
    dryRun: dryRun.length > 0,
    fieldValidation: validation,
    warn: text => exchange.warn(text),
  };
}

const longestManager = 128;

/** Source of the rule: apimachinery, ValidateFieldManager. */
function requireManager(kind: string, manager: string): void {
  const field = 'fieldManager';
  if (Buffer.byteLength(manager) > longestManager) {
    const message = `Too long: may not be more than ${longestManager} bytes`;
    throw invalidOption(kind, { reason: 'FieldValueTooLong', message, field });
  }
  const odd = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.exec(manager);
  if (odd === null) return;
  const code = (odd[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  const at = Buffer.byteLength(manager.slice(0, odd.index));
  const message = `Invalid value: ${JSON.stringify(manager)}: invalid character U+${code} (at position ${at})`;
  throw invalidOption(kind, { reason: 'FieldValueInvalid', message, field });
}

/** Without a name, the part of the user agent before the first slash speaks for the writer. */
function managerOf(exchange: Exchange): string {
  const agent = String(exchange.headers['user-agent'] ?? '')
    .split('/')[0]!
    .trim();
  return (agent || 'unknown').slice(0, 128);
}

/** The options of a write as reviews show them: what the query says, under the kind of the operation. */
function reviewedOptions(operation: Operation, query: URLSearchParams): JsonObject {
  const kinds = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions' };
  const texts = ['fieldManager', 'fieldValidation', 'propagationPolicy'].flatMap(key => {
    const value = query.get(key);
    return value ? [[key, value]] : [];
  });
  const dryRun = query.getAll('dryRun').filter(Boolean);
  return {
    kind: kinds[operation],
    apiVersion: 'meta.k8s.io/v1',
    ...(dryRun.length > 0 && { dryRun }),
    ...Object.fromEntries(texts),
  };
}
