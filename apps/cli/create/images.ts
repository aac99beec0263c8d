import type { JsonObject } from '@millrace/json';
import { RE2JS } from 're2js';
import { CliError } from '../cli-error.ts';
import type { Globals } from '../globals.ts';
import { durationIn } from '../go-duration.ts';
import { findKind } from '../resources/catalog.ts';
import { type Blueprint, create, given, named } from './create.ts';
import type { CreateOptions } from './flags.ts';
import { problemOfRepository } from './image-reference.ts';

export interface ImageRepositoryOptions extends CreateOptions {
  image?: string;
  secretRef?: string;
  certRef?: string;
  scanTimeout?: string;
}

export function createImageRepository(
  name: string | undefined,
  options: ImageRepositoryOptions,
  globals: Globals,
): Promise<void> {
  return create(name, options, globals, () => {
    const { image, scanTimeout } = options;
    if (!image) throw new CliError('an image repository (--image) is required');
    const problem = problemOfRepository(image);
    if (problem !== undefined) throw new CliError(`unable to parse image value: ${problem}`);
    return {
      ...imageKind('ImageRepository'),
      spec: given({
        image,
        interval: durationIn(options.interval),
        timeout: scanTimeout ? durationIn(scanTimeout, 'scan-timeout') : undefined,
        secretRef: named(options.secretRef),
        certSecretRef: named(options.certRef),
      }),
    };
  });
}

export interface ImagePolicyOptions extends CreateOptions {
  imageRef?: string;
  selectSemver?: string;
  selectAlpha?: string;
  selectNumeric?: string;
  filterRegex?: string;
  filterExtract?: string;
  reflectDigest?: string;
}

export function createImagePolicy(
  name: string | undefined,
  options: ImagePolicyOptions,
  globals: Globals,
): Promise<void> {
  return create(name, options, globals, () => {
    if (!options.imageRef)
      throw new CliError('the name of an ImageRepository in the namespace is required (--image-ref)');
    const { reflectDigest } = options;
    const policy = policyIn(options);
    const filterTags = filterIn(options);
    if (reflectDigest && !['Never', 'IfNotPresent', 'Always'].includes(reflectDigest))
      throw new CliError(
        "invalid value for --reflect-digest, must be one of 'Never', 'IfNotPresent', 'Always'",
      );
    // Here it is how often the digest is asked for, and has no default.
    const interval = options.intervalGiven ? durationIn(options.interval) : undefined;
    if (interval && interval !== '0s' && reflectDigest !== 'Always')
      throw new CliError(
        "the --interval flag can only be used with the 'Always' digest reflection policy, use --reflect-digest=Always",
      );
    return {
      ...imageKind('ImagePolicy'),
      spec: given({
        imageRepositoryRef: { name: options.imageRef },
        policy,
        filterTags,
        digestReflectionPolicy: reflectDigest,
        interval: interval === '0s' ? undefined : interval,
      }),
    };
  });
}

function policyIn({ selectSemver: range, selectAlpha, selectNumeric }: ImagePolicyOptions): JsonObject {
  if ([range, selectAlpha, selectNumeric].filter(Boolean).length > 1)
    throw new CliError('only one of --select-semver, --select-alpha or --select-numeric can be specified');
  if (range) return { semver: { range } };
  const order = (text: string, flag: string) => {
    if (text !== 'asc' && text !== 'desc') throw new CliError(`${flag} must be one of ["asc", "desc"]`);
    return { order: text };
  };
  if (selectAlpha) return { alphabetical: order(selectAlpha, '--select-alpha') };
  if (selectNumeric) return { numerical: order(selectNumeric, '--select-numeric') };
  throw new CliError('a policy must be provided with either --select-semver or --select-alpha');
}

function filterIn({ filterRegex: pattern, filterExtract: extract }: ImagePolicyOptions) {
  if (!pattern) {
    if (extract) throw new CliError('cannot specify --filter-extract without specifying --filter-regex');
    return undefined;
  }
  let groups: string[];
  try {
    groups = Object.keys(RE2JS.compile(pattern).namedGroups());
  } catch {
    throw new CliError('--filter-regex is an invalid regex pattern');
  }
  if (extract) requireGroups(extract, groups);
  return given({ pattern, extract });
}

/** `$name`, `${name}`, `$1`, `$$`, as Go's regexp.Expand has them. */
function requireGroups(template: string, groups: string[]): void {
  for (const [, whole] of template
    .replaceAll('$$', '')
    .matchAll(/\$(\{[\p{L}\p{Nd}_]+\}|[\p{L}\p{Nd}_]+)?/gu)) {
    if (whole === undefined) throw new CliError('--filter-extract is malformed');
    const name = whole.replace(/^\{|\}$/g, '');
    if (!/^(0|[1-9]\d{0,8})$/.test(name) && !groups.includes(name))
      throw new CliError(`capture group $${name} used in --filter-extract not found in --filter-regex`);
  }
}

export interface ImageUpdateOptions extends CreateOptions {
  gitRepoRef?: string;
  gitRepoNamespace?: string;
  gitRepoPath?: string;
  checkoutBranch?: string;
  pushBranch?: string;
  commitTemplate?: string;
  authorName?: string;
  authorEmail?: string;
  signingKeySecret?: string;
  signingKeyType?: string;
}

export function createImageUpdate(
  name: string | undefined,
  options: ImageUpdateOptions,
  globals: Globals,
): Promise<void> {
  return create(name, options, globals, () => {
    const { gitRepoRef, checkoutBranch, authorName, authorEmail } = options;
    if (!gitRepoRef) throw new CliError('a reference to a GitRepository is required (--git-repo-ref)');
    if (!checkoutBranch) throw new CliError('the Git repository branch is required (--checkout-branch)');
    if (!authorName) throw new CliError('the author name is required (--author-name)');
    if (!authorEmail) throw new CliError('the author email is required (--author-email)');
    const { signingKeyType: type, signingKeySecret } = options;
    if (type && !signingKeySecret) throw new CliError('--signing-key-type requires --signing-key-secret');
    if (type && type !== 'gpg' && type !== 'ssh')
      throw new CliError('--signing-key-type must be one of: gpg, ssh');
    const signingKey = signingKeySecret ? given({ secretRef: { name: signingKeySecret }, type }) : undefined;
    const author = { name: authorName, email: authorEmail };
    return {
      ...imageKind('ImageUpdateAutomation'),
      spec: given({
        sourceRef: given({ kind: 'GitRepository', name: gitRepoRef, namespace: options.gitRepoNamespace }),
        git: given({
          checkout: { ref: { branch: checkoutBranch } },
          commit: given({ author, messageTemplate: options.commitTemplate, signingKey }),
          push: options.pushBranch ? { branch: options.pushBranch } : undefined,
        }),
        interval: durationIn(options.interval),
        update: options.gitRepoPath ? { path: options.gitRepoPath, strategy: 'Setters' } : undefined,
      }),
    };
  });
}

function imageKind(kind: string): Omit<Blueprint, 'spec'> {
  return {
    kind: findKind(kind)!,
    noun: kind,
    generates: 'late',
    concluded: () => [`${kind} reconciliation completed`],
  };
}
