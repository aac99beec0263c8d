import type { ImageUpdateAutomation } from '@millrace/api';
import { digestOf } from '@millrace/artifact';
import { textIn } from '@millrace/controller/secrets';
import { GitError, InvalidIdentity, isEncrypted, openIdentity } from '@millrace/git';
import { type Sign, signByOpenPgp, signBySsh, UnusableKey } from '@millrace/git-signature';
import { type KubeObject, keyOf } from '@millrace/kube';
import type { Deps } from './deps.ts';
import { failed, type Source } from './source.ts';

/** Who signs commits. */
export interface Signer {
  /** Another key has another; it tells nothing of the key. */
  digest: string;
  /** Opens the key, which may take as long as its maker wanted. Throws Failed. */
  open(signal: AbortSignal): Promise<Sign>;
}

/** That of spec.git.commit.signingKey, by a Secret beside the automation. Throws Parked, Failed. */
export async function signerOf(
  { metadata }: ImageUpdateAutomation,
  { commit: { signingKey } }: Source['git'],
  on: Deps,
): Promise<Signer | undefined> {
  const { namespace = '' } = metadata;
  const name = signingKey?.secretRef.name;
  const refs = name === undefined ? [] : [{ apiVersion: 'v1', kind: 'Secret', namespace, name }];
  const [secret] = await on.access.references.read(keyOf(metadata), 'signing', refs);
  if (name === undefined) return undefined;
  if (!secret) throw failed(`could not find signing key secret '${name}': secrets "${name}" not found`);
  return signingKey?.type === 'ssh' ? ssh(secret, name, on) : openPgp(secret, name, on);
}

function openPgp(secret: KubeObject, name: string, { access }: Deps): Signer {
  const armored = textIn(secret, 'git.asc');
  const passphrase = textIn(secret, 'passphrase');
  if (armored === undefined) throw failed(`signing key secret '${name}' does not contain a 'git.asc' key`);
  const group = secret.metadata.namespace ?? '';
  return {
    digest: digestOf(Buffer.from(JSON.stringify([armored, passphrase]))),
    open: signal =>
      usable(name, async () => {
        if (passphrase === undefined) return signByOpenPgp(armored);
        return signByOpenPgp(await access.identities.openedKey(armored, passphrase, group, signal));
      }),
  };
}

function ssh(secret: KubeObject, name: string, { access }: Deps): Signer {
  const identity = textIn(secret, 'identity');
  const password = textIn(secret, 'password') || undefined;
  if (identity === undefined) throw failed(`signing key secret '${name}' does not contain an 'identity' key`);
  if (isEncrypted(identity) && password === undefined)
    throw failed(
      `can not use passphrase protected signing key without 'password' field present in secret ${name}`,
    );
  const group = secret.metadata.namespace ?? '';
  return {
    digest: digestOf(Buffer.from(JSON.stringify([identity, password]))),
    open: signal =>
      usable(name, async () => {
        const key = await access.identities.opened({ identity, password, knownHosts: '' }, group, signal);
        return signBySsh(openIdentity(key.identity, ''));
      }),
  };
}

async function usable(name: string, open: () => Promise<Sign>): Promise<Sign> {
  try {
    return await open();
  } catch (cause) {
    if (!(cause instanceof UnusableKey || cause instanceof GitError || cause instanceof InvalidIdentity))
      throw cause;
    throw failed(`could not read signing key from secret '${name}': ${cause.message}`);
  }
}
