import { isObject, type Json } from '@millrace/json';
import { printableLine, withoutSecrets } from '@millrace/plain-text';
import { RegistryError } from './errors.ts';
import { type Answer, readBody } from './exchange.ts';

const largestError = 64 * 1024;

/** An answer that is none, as an error with what the registry says. @param sent what must not be repeated of it */
export async function refusalOf(
  answer: Answer,
  what: string,
  sent: (string | undefined)[],
): Promise<RegistryError> {
  const { status } = answer;
  const said = printableLine(withoutSecrets(await saidIn(answer), sent), 300);
  const failure =
    status === 401 || status === 403 ? 'authentication' : status === 404 ? 'not-found' : 'invalid';
  return new RegistryError(
    failure,
    `${what}: the registry answers with status ${status}${said && ` (${said})`}`,
  );
}

/** The first of `{"errors": [{code, message}]}` (distribution-spec, "Error codes"). */
async function saidIn(answer: Answer): Promise<string> {
  try {
    const value = JSON.parse((await readBody(answer, largestError, 'the error')).toString('utf8')) as Json;
    const [first] = isObject(value) && Array.isArray(value.errors) ? value.errors : [];
    const { code, message } = isObject(first) ? first : {};
    return [code, message].filter(text => typeof text === 'string' && text !== '').join(': ');
  } catch {
    return '';
  }
}
