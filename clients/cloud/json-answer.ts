import { isObject, type Json, type JsonObject } from '@millrace/json';
import { withoutSecrets } from '@millrace/plain-text';
import { CloudError, failure } from './errors.ts';
import type { Http, HttpAnswer, HttpRequest } from './http.ts';

/** A server answered with an error. */
export class RefusedError extends CloudError {
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/**
 * Ask a server for an object in JSON. Throws CloudError, which begins with `what` failed, and RefusedError if that is
 * what the server answers. `secrets` are what was sent: a server may repeat it.
 */
export async function askJson(
  http: Http,
  what: string,
  request: HttpRequest,
  secrets: (string | undefined)[] = [],
): Promise<JsonObject> {
  const answer = await http(request).catch(cause => {
    request.signal?.throwIfAborted();
    throw failure(what, cause, secrets);
  });
  const { status } = answer;
  const body = parse(answer);
  if (status >= 200 && status < 300 && isObject(body)) return body;
  // Masked before it is cut: a part of a secret is none that would be found.
  const said = withoutSecrets(saidBy(answer, body), secrets).slice(0, 300);
  const reason = `${new URL(request.url).host} answers ${status}${said && ` (${said})`}`;
  throw new RefusedError(failure(what, reason, secrets).message, status);
}

function parse(answer: HttpAnswer): Json | undefined {
  try {
    return JSON.parse(answer.body.toString('utf8')) as Json;
  } catch {
    return undefined;
  }
}

function saidBy(answer: HttpAnswer, body: Json | undefined): string {
  if (answer.status < 300) return 'no JSON object';
  return answer.status < 400 ? redirect(answer) : saidIn(body);
}

function redirect(answer: HttpAnswer): string {
  const to = answer.headers.location;
  const host = to && URL.canParse(to) ? new URL(to).host : undefined;
  return host ? `a redirect to ${host}, which is not followed` : 'a redirect, which is not followed';
}

/**
 * What is meant for people in an error: `{error: {code, message}}` of Azure and Google, `{error, error_description}`
 * of OAuth, `{errors: [...]}` of registries and Vault, `{message}` of AWS. The body itself is never shown.
 */
function saidIn(body: Json | undefined): string {
  if (!isObject(body)) return '';
  const first = Array.isArray(body.errors) ? body.errors[0] : undefined;
  const error = [body.error, first, body].find(isObject) ?? {};
  const texts = [error.code ?? error.error ?? error.status, error.message ?? error.error_description, first];
  return texts.filter(text => typeof text === 'string' && text !== '').join(': ');
}

/** A text in an answer, by its path. Throws CloudError if it is not there. */
export function textIn(answer: JsonObject, path: readonly string[], what: string): string {
  const text = path.reduce<Json | undefined>((at, name) => (isObject(at) ? at[name] : undefined), answer);
  if (typeof text !== 'string' || text === '')
    throw new CloudError(`${what}: the answer has no ${path.join('.')}`);
  return text;
}
