import { isObject, type Json, type JsonObject } from '@millrace/json';
import type { FileTree } from '@millrace/kustomize';
import { secretForms, withoutSecrets } from '@millrace/plain-text';
import {
  ageKeys,
  decrypt,
  decryptObject,
  encryptedFormat,
  formatOf,
  isEncryptedObject,
  KeyFailed,
  type KeyService,
  pgpKeys,
  type SopsFormat,
} from '@millrace/sops';
import { parseAll } from '@millrace/yaml';
import { gvkText } from '../object-name.ts';
import { type DecryptionKeys, KeysWanted, keyName } from './keys.ts';
import { decryptSources } from './sources.ts';

/** Decrypts what is built, with the keys of one Kustomization. Plain text stays in memory. */
export interface Decryptor {
  /** The files with those decrypted that generators and patches name. */
  sources(files: FileTree, path: string): Promise<FileTree>;
  /** The object without its encryption, or with the entries of its data decrypted that are encrypted files. */
  object(object: JsonObject): Promise<JsonObject>;
  /** A message without what has been decrypted. */
  masked(message: string): string;
}

const annotation = 'kustomize.toolkit.fluxcd.io/decrypt';

/** @throws Error for an entry of the Secret that is no key. It names the entry. */
export async function openDecryptor(keys: DecryptionKeys): Promise<Decryptor> {
  const services = await servicesOf(keys);
  const plain = new Set<string>();
  const open = async (data: Uint8Array, format: SopsFormat, output: SopsFormat, source?: string) => {
    // What generators and overlays add later is not authentic: kustomize-controller does not check the MAC either.
    const text = await decrypt(data, { format, output, keys: services, source, ignoreMac: true });
    for (const found of secretsIn(Buffer.from(text).toString('utf8'), output)) plain.add(found);
    return text;
  };

  const ofObject = async (object: JsonObject): Promise<JsonObject> => {
    if (isEncryptedObject(object)) {
      const decrypted = await decryptObject(object, { keys: services, ignoreMac: true });
      for (const text of textsOf(decrypted)) plain.add(text);
      return decrypted;
    }
    if (object.kind !== 'Secret' || !isObject(object.data)) return object;
    return { ...object, data: await entries(object.data, object) };
  };

  const entries = async (data: JsonObject, object: JsonObject): Promise<JsonObject> => {
    const decrypted: [string, Json][] = [];
    for (const [key, value] of Object.entries(data)) {
      const bytes = typeof value === 'string' ? Buffer.from(value, 'base64') : undefined;
      const format = bytes && encryptedFormat(bytes);
      if (!bytes || !format) {
        decrypted.push([key, value]);
        continue;
      }
      const text = await within(
        `failed to decrypt and format '${placeOf(object)}' Secret field '${key}'`,
        () => open(bytes, format, formatOf(key)),
      );
      decrypted.push([key, Buffer.from(text).toString('base64')]);
    }
    return Object.fromEntries(decrypted);
  };

  return {
    sources: (files, path) => within('error decrypting sources', () => decryptSources(files, path, open)),
    object(object) {
      if (isDisabled(object)) return Promise.resolve(object);
      const doing = `decryption failed for '${gvkText(object)}'`;
      if (!isEncryptedObject(object)) return within(doing, () => ofObject(object));
      return within(`${doing}: failed to decrypt and format '${placeOf(object)}' ${object.kind} data`, () =>
        ofObject(object),
      );
    },
    masked: message => withoutSecrets(message, [...plain]),
  };
}

async function servicesOf({
  age,
  pgp,
  secret,
  data,
  services: elsewhere,
}: DecryptionKeys): Promise<KeyService[]> {
  const opened: KeyService[] = [];
  const local = async (entry: string, open: () => Promise<KeyService>) => {
    opened.push(await within(`failed to import '${entry}' data from ${secret}`, open));
  };
  for (const [entry, text] of Object.entries(age)) await local(entry, () => ageKeys([text]));
  for (const [entry, file] of Object.entries(pgp)) await local(entry, () => pgpKeys([file]));
  const remote = Object.entries(elsewhere).map(
    ([kind, name]): KeyService => ({
      name,
      opens: key => key.kind === kind,
      async dataKey(key) {
        const found = data.get(keyName(key));
        if (!found) throw new KeysWanted([key]);
        if ('problem' in found) throw new KeyFailed(found.problem);
        return found.key;
      },
    }),
  );
  return [...opened, ...remote];
}

/** Errors say what was being done; a key that is wanted is none. */
async function within<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof KeysWanted) throw error;
    throw new Error(`${doing}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

function isDisabled({ metadata }: JsonObject): boolean {
  const annotations = isObject(metadata) ? metadata.annotations : undefined;
  const value = isObject(annotations) ? annotations[annotation] : undefined;
  return typeof value === 'string' && value.toLowerCase() === 'disabled';
}

function placeOf({ metadata }: JsonObject): string {
  const { namespace, name } = isObject(metadata) ? metadata : {};
  return `${namespace ?? ''}/${name}`;
}

/** What must not be said of a plain text: its values where it is an object, else what it is made of. */
function* secretsIn(text: string, format: SopsFormat): Generator<string> {
  if (format === 'yaml' || format === 'json') {
    try {
      for (const document of parseAll(text, { duplicates: 'last' })) yield* textsOf(document);
      yield text;
      return;
    } catch {
      // then whoever reads it will quote a line
    }
  }
  yield* secretForms(text);
}

/** Kind and name of an object are known to everybody. */
const known = ['apiVersion', 'kind', 'metadata'];

function* textsOf(value: Json): Generator<string> {
  if (typeof value === 'string' || typeof value === 'number') yield String(value);
  else if (Array.isArray(value)) for (const item of value) yield* textsOf(item);
  else if (isObject(value))
    for (const [key, item] of Object.entries(value)) if (!known.includes(key)) yield* textsOf(item);
}
