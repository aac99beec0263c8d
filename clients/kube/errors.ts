/** The Status object with which the API server answers what it refuses. */
export interface Status {
  code: number;
  reason: string;
  message: string;
  details?: {
    name?: string;
    kind?: string;
    group?: string;
    retryAfterSeconds?: number;
    causes?: { reason?: string; message?: string; field?: string }[];
  };
}

/** The API server said no. `message` is its own wording. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: Status;

  constructor(status: Status) {
    super(status.message);
    this.status = status;
  }

  get code(): number {
    return this.status.code;
  }

  get reason(): string {
    return this.status.reason;
  }
}

/** The API server could not be reached, or broke the connection. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

/** The kind is not served by this cluster. The words are those of client-go's REST mapper. */
export class NoMatchError extends Error {
  override readonly name = 'NoMatchError';

  constructor(kind: string, apiVersion: string) {
    super(`no matches for kind "${kind}" in version "${apiVersion}"`);
  }
}

function hasReason(error: unknown, code: number, reason?: string): boolean {
  return (
    error instanceof ApiError && error.code === code && (reason === undefined || error.reason === reason)
  );
}

export const isNotFound = (error: unknown): boolean => hasReason(error, 404);
export const isAlreadyExists = (error: unknown): boolean => hasReason(error, 409, 'AlreadyExists');
export const isConflict = (error: unknown): boolean => hasReason(error, 409, 'Conflict');
export const isInvalid = (error: unknown): boolean => hasReason(error, 422);
export const isGone = (error: unknown): boolean => hasReason(error, 410);
export const isForbidden = (error: unknown): boolean => hasReason(error, 403);

/** Seconds that the server asks to wait before the request is tried again; undefined where it does not ask. */
export function retryAfter(error: unknown): number | undefined {
  return error instanceof ApiError ? error.status.details?.retryAfterSeconds : undefined;
}

const reasons: Record<number, string> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  410: 'Expired',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** Parse what the server answered with an error code; proxies in between answer with text or nothing. */
export function parseStatus(code: number, body: string, retryAfterHeader?: string): Status {
  const status = statusIn(body) ?? {
    code,
    reason: reasons[code] ?? 'Unknown',
    message: body.trim().slice(0, 500) || `the server answered with status ${code}`,
  };
  const seconds = Number(retryAfterHeader);
  if (retryAfterHeader && Number.isFinite(seconds)) {
    status.details = { ...status.details, retryAfterSeconds: seconds };
  }
  return status;
}

function statusIn(body: string): Status | undefined {
  try {
    const value = JSON.parse(body) as Partial<Status> & { kind?: string };
    if (value?.kind !== 'Status' || typeof value.code !== 'number') return undefined;
    return {
      code: value.code,
      reason: value.reason ?? 'Unknown',
      message: value.message ?? `the server answered with status ${value.code}`,
      ...(value.details ? { details: value.details } : {}),
    };
  } catch {
    return undefined;
  }
}
