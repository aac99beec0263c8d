import { isObject, type Json } from '@millrace/json';
import { typeOf } from '../api/decode.ts';
import { scanJson } from '../api/go-json.ts';
import { type ApiError, badRequest } from '../api/status.ts';

/** An object in the order of lists. */
export interface Place {
  readonly namespace: string;
  readonly name: string;
}

/** Where a list goes on, and as of which revision; `revision` is undefined for one that takes things as they are. */
export interface Continue {
  readonly revision: number | undefined;
  readonly after: Place;
}

/** The revision of a token that wants no consistency: https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks */
const inconsistent = -1;
const version = 'meta.k8s.io/v1';

/** The `continue` of a list that ends after an object; `scope` is the namespace of the list, undefined for all. */
export function formatContinue({ revision, after }: Continue, scope: string | undefined): string {
  // What comes after a key begins with the key and a zero.
  const start = `${scope === undefined ? `${after.namespace}/` : '/'}${after.name}\0`;
  const token = { v: version, rv: revision ?? inconsistent, start };
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

/** Read the token of a list of one namespace, or of all. Throws a 400 that says what is wrong with it. */
export function parseContinue(text: string, scope: string | undefined): Continue {
  const bytes = decoded(text);
  const token = parsed(bytes);
  if (!isObject(token))
    throw bad(`: json: cannot unmarshal ${typeOf(token)} into Go value of type storage.continueToken`);
  const { v = '', rv = 0, start = '' } = token;
  if (v !== version)
    throw bad(`: server does not recognize this encoded version ${typeof v === 'string' ? v : ''}`);
  if (typeof rv !== 'number')
    throw bad(`: json: cannot unmarshal ${typeOf(rv)} into Go struct field continueToken.rv of type int64`);
  if (rv === 0) throw bad(`: incorrect encoded start resourceVersion (version ${version})`);
  if (typeof start !== 'string' || start === '') throw bad(`: encoded start key empty (version ${version})`);
  if (!/^\/?[^/]*(\/[^/]+)?$/.test(start) || start.split('/').includes('..')) throw bad(`: ${start}`);
  const key = start.replace(/^\//, '').replace(/\0$/, '');
  const slash = scope === undefined ? key.indexOf('/') : -1;
  const after = { namespace: scope ?? key.slice(0, Math.max(0, slash)), name: key.slice(slash + 1) };
  return { revision: rv === inconsistent ? undefined : rv, after };
}

/** Base64 without padding, read strictly. */
function decoded(text: string): Buffer {
  const odd = text.search(/[^-_A-Za-z0-9]/);
  if (odd >= 0) throw bad(`: illegal base64 data at input byte ${odd}`);
  if (text.length % 4 === 1) throw bad(`: illegal base64 data at input byte ${text.length - 1}`);
  return Buffer.from(text, 'base64url');
}

function parsed(bytes: Buffer): Json {
  try {
    return JSON.parse(bytes.toString('utf8')) as Json;
  } catch {
    // Go looks at bytes, not at characters.
    throw bad(`: ${scanJson(bytes.toString('latin1')).problem}`);
  }
}

function bad(why: string): ApiError {
  return badRequest(`invalid continue token: continue key is not valid${why}`);
}
