import type { JsonObject } from '@millrace/json';

/** One field that is wrong, as `details.causes` of a Status lists it. */
export interface Cause {
  readonly reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueDuplicate'
    | 'FieldValueForbidden'
    | 'FieldValueNotSupported'
    | 'FieldValueNotFound'
    | 'FieldManagerConflict'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'FieldValueTypeInvalid'
    | 'InternalError'
    | string;
  readonly message: string;
  readonly field: string;
}

/** What the error is about; `kind` is the plural resource except for invalid objects, where it is the kind. */
export interface Subject {
  readonly group: string;
  readonly resource: string;
  readonly kind: string;
}

/** An answer that is a Status object: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly code: number;
  readonly reason: string;
  readonly details: JsonObject | undefined;
  /** `metadata.continue` of the Status. */
  readonly next: string | undefined;
  constructor(code: number, reason: string, message: string, details?: JsonObject, next?: string) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
    this.next = next;
  }
}

/** The Status object of an error, as it goes over the wire. */
export function errorStatus(error: ApiError): JsonObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: error.next === undefined ? {} : { continue: error.next },
    status: 'Failure',
    message: error.message,
    ...(error.reason && { reason: error.reason }),
    ...(error.details && { details: error.details }),
    code: error.code,
  };
}

function details(subject: Subject, name: string, more: JsonObject = {}): JsonObject {
  return {
    ...(name && { name }),
    ...(subject.group && { group: subject.group }),
    kind: subject.resource,
    ...more,
  };
}

/** `deployments.apps`, or `pods` of the core group, as messages name a resource. */
export function qualified(subject: Pick<Subject, 'group' | 'resource'>): string {
  return subject.group ? `${subject.resource}.${subject.group}` : subject.resource;
}

export function notFound(subject: Subject, name: string): ApiError {
  return new ApiError(404, 'NotFound', `${qualified(subject)} "${name}" not found`, details(subject, name));
}

/** For paths that no group or version stands behind. */
export function noSuchResource(): ApiError {
  return new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});
}

/** `terminating`: it is being deleted, so that a later try may do. */
export function alreadyExists(subject: Subject, name: string, terminating = false): ApiError {
  return new ApiError(
    409,
    'AlreadyExists',
    `${terminating ? 'object is being deleted: ' : ''}${qualified(subject)} "${name}" already exists`,
    details(subject, name),
  );
}

export function conflict(subject: Subject, name: string, why: string): ApiError {
  const message = `Operation cannot be fulfilled on ${qualified(subject)} "${name}": ${why}`;
  return new ApiError(409, 'Conflict', message, details(subject, name));
}

/** The text of the conflict that optimistic concurrency ends in. */
export const modified =
  'the object has been modified; please apply your changes to the latest version and try again';

/** Several managers want the same field; the causes name each field and its manager. */
export function applyConflict(message: string, causes: readonly Cause[]): ApiError {
  return new ApiError(409, 'Conflict', message, { causes: causes.map(cause => ({ ...cause })) });
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}

export function forbidden(subject: Subject, name: string, why: string, more?: JsonObject): ApiError {
  return new ApiError(
    403,
    'Forbidden',
    `${qualified(subject)} "${name}" is forbidden: ${why}`,
    details(subject, name, more),
  );
}

export function methodNotAllowed(): ApiError {
  return new ApiError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );
}

/** A verb that a custom resource does not have. */
export function methodNotSupported(subject: Subject, verb: string): ApiError {
  const message = `${verb} is not supported on resources of kind "${qualified(subject)}"`;
  return new ApiError(405, 'MethodNotAllowed', message, details(subject, ''));
}

export function unsupportedMediaType(accepted: readonly string[]): ApiError {
  return new ApiError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );
}

export function notAcceptable(accepted: readonly string[]): ApiError {
  return new ApiError(
    406,
    'NotAcceptable',
    `only the following media types are accepted: ${accepted.join(', ')}`,
  );
}

export function unauthorized(): ApiError {
  return new ApiError(401, 'Unauthorized', 'Unauthorized');
}

/** `next` is a token with which a list may go on all the same. */
export function expired(message: string, next?: string): ApiError {
  return new ApiError(410, 'Expired', message, undefined, next);
}

export function tooLarge(limit: number): ApiError {
  return entityTooLarge(`limit is ${limit}`);
}

/** A request is more than this server takes; `why` names the limit. */
export function entityTooLarge(why: string): ApiError {
  return new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: ${why}`);
}

/** There is too much to do; who asks should come again. */
export function tooManyRequests(): ApiError {
  const why = 'too many requests, please try again later';
  return new ApiError(429, 'TooManyRequests', why, { retryAfterSeconds: 1 });
}

export function internal(message: string): ApiError {
  return new ApiError(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });
}

/** A parameter of a request is not valid; `kind` is that of its options, such as `CreateOptions`. */
export function invalidOption(kind: string, cause: Cause): ApiError {
  return invalid({ group: 'meta.k8s.io', resource: '', kind }, '', [cause]);
}

/** Nobody reads more, and an answer is to stay smaller than the request that it is about. */
const mostCauses = 500;

/** One or more fields of the object are not valid. */
export function invalid(subject: Subject, name: string, all: readonly Cause[]): ApiError {
  const causes = all.slice(0, mostCauses);
  const lines = causes.map(cause => (cause.field ? `${cause.field}: ${cause.message}` : cause.message));
  if (all.length > causes.length) lines.push(`and ${all.length - causes.length} more`);
  const each = [...new Set(lines)];
  const list = each.length === 1 ? each[0] : `[${each.join(', ')}]`;
  const kind = subject.group ? `${subject.kind}.${subject.group}` : subject.kind;
  return new ApiError(422, 'Invalid', `${kind} "${name}" is invalid: ${list}`, {
    ...(name && { name }),
    ...(subject.group && { group: subject.group }),
    ...(subject.kind && { kind: subject.kind }),
    causes: causes.map(cause => ({ ...cause })),
  });
}
