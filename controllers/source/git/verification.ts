import type { GitRepository } from '@millrace/api';
import { Failed, Stalled } from '@millrace/controller';
import { textIn } from '@millrace/controller/secrets';
import type { Repository } from '@millrace/git';
import type { Target } from '@millrace/git-access';
import {
  signatureOfCommit,
  signatureOfTag,
  type TrustedKeys,
  UnverifiedSignature,
  verifySignature,
} from '@millrace/git-signature';
import { isObject, type Json } from '@millrace/json';
import type { KubeObject } from '@millrace/kube';

/** Which objects have to be signed. */
export type VerificationMode = 'HEAD' | 'Tag' | 'TagAndHEAD';

/** `head` is what `HEAD` was called before. Undefined where nothing has to be signed. */
export function modeOf({ spec }: GitRepository): VerificationMode | undefined {
  const mode = spec.verify?.mode ?? 'HEAD';
  return spec.verify && (mode === 'head' ? 'HEAD' : mode);
}

/** Whether what is on offer has not been verified as the spec asks by now. */
export function requiresVerification(repo: GitRepository): boolean {
  const mode = modeOf(repo);
  const observed = repo.status?.sourceVerificationMode;
  if (mode === undefined) return false;
  return observed === undefined || (observed !== 'TagAndHEAD' && observed !== mode);
}

/** Keys end in `.asc` for OpenPGP and `.sshpub` for SSH; whatever is named otherwise is taken for OpenPGP. */
export function trustedKeys(secret: KubeObject): TrustedKeys {
  const data = (secret as { data?: Json }).data;
  const names = isObject(data) ? Object.keys(data).sort() : [];
  const texts = (isSsh: boolean) =>
    names.filter(name => name.endsWith('.sshpub') === isSsh).map(name => textIn(secret, name) ?? '');
  return { openPgp: texts(false), ssh: texts(true) };
}

/** What is verified, and where it has been fetched to. */
interface Checkout {
  target: Target;
  commit: string;
  repository: Repository;
}

/**
 * What the condition says of signatures that are good. Throws Failed or Stalled where they are not.
 * @param keys undefined where the Secret is missing
 */
export async function verified(
  repo: GitRepository,
  { target, commit, repository }: Checkout,
  keys: TrustedKeys | undefined,
  signal: AbortSignal,
): Promise<string> {
  const mode = modeOf(repo);
  if (!keys) {
    const name = repo.spec.verify?.secretRef.name;
    throw unverified('VerificationError', `public keys secret error: secrets "${name}" not found`);
  }
  const now = new Date();
  const lines: string[] = [];
  if (mode !== 'HEAD') {
    const tag = await tagOf(target, repository, signal);
    const { payload, signature } = signatureOfTag(tag.content);
    if (signature === '')
      throw unverified(
        'InvalidGitObject',
        `cannot verify signature of tag '${tag.shown}' since it is not signed`,
      );
    const signer = await verifySignature({ payload, signature }, keys, 'tag', now).catch(error => {
      throw invalid(error, 'InvalidTagSignature', `signature verification of tag '${tag.shown}' failed`);
    });
    lines.push(`- tag '${tag.shown}' with key '${signer}'`);
  }
  if (mode !== 'Tag') {
    const header = commit.length === 64 ? 'gpgsig-sha256' : 'gpgsig';
    const signed = signatureOfCommit(await repository.commit(commit, signal), header);
    const signer = await verifySignature(signed, keys, 'commit', now).catch(error => {
      throw invalid(error, 'InvalidCommitSignature', `signature verification of commit '${commit}' failed`);
    });
    lines.push(`- commit '${commit}' with key '${signer}'`);
  }
  return `verified signature of\n\t${lines.join('\n\t')}`;
}

async function tagOf({ reference }: Target, repository: Repository, signal: AbortSignal) {
  if (!reference.startsWith('refs/tags/'))
    throw unverified(
      'InvalidVerificationMode',
      "cannot verify tag object's signature if a tag reference is not specified",
      Stalled,
    );
  const tag = await repository.tag(signal);
  const name = reference.slice('refs/tags/'.length);
  if (tag) return { shown: `${nameIn(tag.content) ?? name}@${tag.id}`, content: tag.content };
  return { shown: name, content: Buffer.alloc(0) };
}

/** By which the tag calls itself, whatever points at it. */
function nameIn(tag: Buffer): string | undefined {
  return /^tag (.*)$/m.exec(tag.toString('utf8', 0, 1024).split('\n\n', 1)[0]!)?.[1];
}

function invalid(error: unknown, reason: string, what: string): unknown {
  return error instanceof UnverifiedSignature ? unverified(reason, `${what}: ${error.message}`) : error;
}

function unverified(reason: string, message: string, Kind: typeof Failed = Failed): Failed {
  const conditions = {
    FetchFailed: false as const,
    SourceVerified: { status: 'False' as const, reason, message },
  };
  return new Kind(reason, message, { conditions });
}
