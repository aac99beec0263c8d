import type { Decrypter, Identity, Stanza } from 'age-encryption';
import type { KeyService } from '../master-key.ts';
import { KeyFailed } from '../sops-error.ts';
import { sshIdentity } from './age-ssh.ts';
import { isSshPrivateKey } from './ssh-private-key.ts';

type Age = typeof import('age-encryption');

/** SOPS encrypts for one recipient at a time, and each that is tried costs a multiplication on a curve. */
const mostStanzas = 8;
const armorBegin = '-----BEGIN AGE ENCRYPTED FILE-----';

/**
 * A service for keys of age. Each text is one or more identities, one a line, with comments and empty lines between
 * them, as age-keygen writes it (`AGE-SECRET-KEY-1…`, post-quantum `AGE-SECRET-KEY-PQ-1…`); such a text encrypted by age
 * with a passphrase; or a private key of SSH (ed25519 or RSA, in OpenSSH's form or as PEM).
 * @throws KeyFailed for a text that is none of these. It says which text by its number, and nothing of what it holds.
 */
export async function ageKeys(
  texts: readonly string[],
  { passphrase }: { passphrase?: string } = {},
): Promise<KeyService> {
  const age = await import('age-encryption');
  const decrypter = new age.Decrypter();
  decrypter.addIdentity(fewStanzas);
  let count = 0;
  for (const [i, text] of texts.entries()) {
    const identities = await readIdentities(age, text, passphrase, `age identities ${i + 1}`);
    for (const identity of identities) decrypter.addIdentity(identity);
    count += identities.length;
  }
  return {
    name: `age (${count} ${count === 1 ? 'identity' : 'identities'})`,
    opens: key => key.kind === 'age',
    async dataKey(key) {
      if (key.kind !== 'age') throw new KeyFailed('not a key of age');
      return open(age, decrypter, key.enc);
    },
  };
}

async function open(age: Age, decrypter: Decrypter, enc: string): Promise<Uint8Array> {
  try {
    return await decrypter.decrypt(age.armor.decode(enc));
  } catch (cause) {
    if (cause instanceof KeyFailed) throw cause;
    const problem = cause instanceof Error ? cause.message : 'failed';
    throw new KeyFailed(`failed to decrypt sops data key with age: ${problem}`, { cause });
  }
}

/** No identity: it looks at the recipients before any identity does. */
const fewStanzas: Identity = {
  unwrapFileKey(stanzas: Stanza[]) {
    if (stanzas.length > mostStanzas)
      throw new KeyFailed(`the data key is encrypted for ${stanzas.length} recipients; SOPS has one`);
    return null;
  },
};

async function readIdentities(
  age: Age,
  text: string,
  passphrase: string | undefined,
  name: string,
): Promise<(string | Identity)[]> {
  if (isSshPrivateKey(text)) return [sshIdentity(text, name, passphrase)];
  if (!text.trimStart().startsWith(armorBegin)) return readLines(age, text, name);
  if (passphrase === undefined)
    throw new KeyFailed(`${name}: they are encrypted, and no passphrase was given`);
  return readLines(age, await decryptIdentities(age, text, passphrase, name), name);
}

async function decryptIdentities(age: Age, text: string, passphrase: string, name: string): Promise<string> {
  const decrypter = new age.Decrypter();
  decrypter.addPassphrase(passphrase);
  try {
    return await decrypter.decrypt(age.armor.decode(text), 'text');
  } catch (cause) {
    throw new KeyFailed(`${name}: they cannot be decrypted with the passphrase`, { cause });
  }
}

function readLines(age: Age, text: string, name: string): string[] {
  const lines = text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'));
  for (const [i, line] of lines.entries()) check(age, line, `${name}, line ${i + 1}`);
  return lines;
}

/** What the library says of an identity may repeat it. */
function check(age: Age, identity: string, name: string): void {
  if (identity.startsWith('AGE-PLUGIN-')) throw new KeyFailed(`${name}: plugins of age are not run`);
  try {
    new age.Decrypter().addIdentity(identity);
  } catch {
    throw new KeyFailed(`${name}: unknown identity type, or an identity that is not written as it should be`);
  }
}
