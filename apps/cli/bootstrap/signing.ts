import type { Sign } from '@millrace/git-signature';
import { CliError } from '../cli-error.ts';
import { read, readBytes } from '../create/read.ts';
import type { BootstrapFlags } from './flags.ts';

/**
 * Who signs the commits; undefined for nobody. All that can be wrong with a key is found before anything is done. Throws
 * CliError.
 * @param password of the key of --private-key-file, for --ssh-signing-reuse-private-key
 */
export async function signerOf(
  flags: BootstrapFlags,
  password: string | undefined,
): Promise<Sign | undefined> {
  const { gpgKeyRing, sshSigningKeyFile, sshSigningReusePrivateKey, privateKeyFile } = flags;
  requireOneKey(flags);
  if (gpgKeyRing) return openPgp(gpgKeyRing, flags);
  if (sshSigningKeyFile) {
    const key = await read(sshSigningKeyFile, 'failed to read SSH signing key file');
    return ssh(key, signingPassword(flags), 'invalid SSH signing key');
  }
  if (!sshSigningReusePrivateKey || !privateKeyFile) return undefined;
  const key = await read(privateKeyFile, 'failed to read transport private key for signing');
  return ssh(key, password, 'invalid signing key (reused from --private-key-file)');
}

function requireOneKey(flags: BootstrapFlags): void {
  const { gpgKeyRing, sshSigningKeyFile, sshSigningReusePrivateKey, privateKeyFile } = flags;
  if (gpgKeyRing && (sshSigningKeyFile || sshSigningReusePrivateKey))
    throw new CliError('--gpg-* and --ssh-signing-* are mutually exclusive; pick one signing format');
  if (sshSigningKeyFile && sshSigningReusePrivateKey)
    throw new CliError('--ssh-signing-key-file and --ssh-signing-reuse-private-key are mutually exclusive');
  if (sshSigningReusePrivateKey && !privateKeyFile)
    throw new CliError('--ssh-signing-reuse-private-key requires --private-key-file');
  if (signingPassword(flags) && !sshSigningKeyFile)
    throw new CliError('--ssh-signing-password requires --ssh-signing-key-file');
}

function signingPassword({ sshSigningPassword, sshSigningPassphrase }: BootstrapFlags): string | undefined {
  if (sshSigningPassword && sshSigningPassphrase && sshSigningPassword !== sshSigningPassphrase)
    throw new CliError('--ssh-signing-password and --ssh-signing-passphrase are aliases; do not pass both');
  return sshSigningPassword || sshSigningPassphrase;
}

async function ssh(pem: string, password: string | undefined, what: string): Promise<Sign> {
  const { InvalidIdentity, openIdentity } = await import('@millrace/git');
  const { signBySsh, UnusableKey } = await import('@millrace/git-signature');
  try {
    return signBySsh(openIdentity(pem, password ?? ''));
  } catch (error) {
    if (!(error instanceof InvalidIdentity || error instanceof UnusableKey)) throw error;
    throw new CliError(`${what}: ${error.message}`, { cause: error });
  }
}

async function openPgp(file: string, { gpgPassphrase = '', gpgKeyId }: BootstrapFlags): Promise<Sign> {
  const ring = await readBytes(file, 'invalid GPG signing key: unable to open GPG key ring');
  const { keyOfRing, openKey, signByOpenPgp, UnusableKey } = await import('@millrace/git-signature');
  try {
    return await signByOpenPgp(await openKey(await keyOfRing(ring, gpgKeyId || undefined), gpgPassphrase));
  } catch (error) {
    if (!(error instanceof UnusableKey)) throw error;
    throw new CliError(`invalid GPG signing key: ${error.message}`, { cause: error });
  }
}
