import type { Json } from '@millrace/json';
import { CliError } from '../cli-error.ts';
import type { Globals } from '../globals.ts';
import { durationIn } from '../go-duration.ts';
import { findKind } from '../resources/catalog.ts';
import { type Resource, textAt } from '../resources/resource.ts';
import type { ResourceKind } from '../resources/resource-kind.ts';
import { type Blueprint, create, generating, given, labelsOf, named } from './create.ts';
import type { CreateOptions } from './flags.ts';
import { chartSourceIn, localReferenceIn } from './references.ts';
import type { BucketOptions, GitOptions, HelmOptions, SourceOptions } from './source-options.ts';
import { bucketSecret, gitSecret, helmSecret } from './source-secrets.ts';

export function createGit(name: string | undefined, options: GitOptions, globals: Globals): Promise<void> {
  return create(name, options, globals, () => {
    const scheme = schemeOf(options.url, 'git URL', ['ssh', 'http', 'https'], 'ssh, http and https');
    const { branch, tag, tagSemver, commit, refName } = options;
    if (!branch && !tag && !tagSemver && !commit && !refName)
      throw new CliError(
        'a Git ref is required, use one of the following: --branch, --tag, --commit, --ref-name or --tag-semver',
      );
    if (options.caFile && scheme === 'ssh')
      throw new CliError('specifying a CA file is not supported for Git over SSH');
    const ref = commit
      ? given({ branch, commit })
      : refName
        ? { name: refName }
        : tagSemver
          ? { semver: tagSemver }
          : tag
            ? { tag }
            : { branch: branch! };
    const spec = given({
      ...common(options),
      url: options.url,
      ref,
      provider: options.provider,
      recurseSubmodules: options.recurseSubmodules,
      sparseCheckout: options.sparseCheckoutPaths,
      secretRef: named(options.secretRef),
      proxySecretRef: named(options.proxySecretRef),
    });
    return {
      ...source('GitRepository', 'GitRepository source'),
      spec,
      generates: 'late',
      async prepare(session) {
        if (options.secretRef) return;
        const secret = await gitSecret(session, name!, scheme, options);
        if (secret) spec.secretRef = { name: secret };
      },
    };
  });
}

export function createHelm(name: string | undefined, options: HelmOptions, globals: Globals): Promise<void> {
  return create(name, options, globals, () => {
    const scheme = schemeOf(options.url, 'url', ['http', 'https', 'oci'], 'http, https and oci');
    if (new URL(options.url!).host === '') throw new CliError('url host is required');
    const spec = given({
      ...common({ ...options, ignorePaths: [] }),
      url: options.url,
      ...(scheme === 'oci' ? { type: 'oci', provider: options.ociProvider } : {}),
      secretRef: named(options.secretRef),
      passCredentials: Boolean(options.secretRef) && options.passCredentials,
    });
    return {
      ...source('HelmRepository', 'HelmRepository source'),
      spec,
      createdAs: 'source',
      generates: 'late',
      concluded: resource =>
        scheme === 'oci'
          ? ['HelmRepository source reconciliation completed']
          : fetched(resource, 'HelmRepository source'),
      async prepare(session) {
        if (options.secretRef) return;
        const secret = await helmSecret(session, name!, options);
        if (!secret) return;
        spec.secretRef = { name: secret };
        if (options.passCredentials) spec.passCredentials = true;
      },
    };
  });
}

export interface Verification {
  verifyProvider?: string;
  verifySecretRef?: string;
  verifyIssuer?: string;
  verifySubject?: string;
}

export interface OciOptions extends SourceOptions, Verification {
  url?: string;
  tag?: string;
  tagSemver?: string;
  digest?: string;
  provider: string;
  certRef?: string;
  serviceAccount?: string;
  insecure?: boolean;
  layerSelector?: string;
}

export function createOci(name: string | undefined, options: OciOptions, globals: Globals): Promise<void> {
  return create(name, options, globals, () => {
    if (!options.url) throw new CliError('url is required');
    const { tag, tagSemver, digest } = options;
    if (!tag && !tagSemver && !digest) throw new CliError('--tag, --tag-semver or --digest is required');
    return {
      ...source('OCIRepository', 'OCIRepository'),
      spec: given({
        ...common(options),
        provider: options.provider,
        url: options.url,
        insecure: options.insecure,
        ref: given({ digest, semver: tagSemver, tag }),
        layerSelector: layerSelectorIn(options.layerSelector),
        serviceAccountName: options.serviceAccount,
        secretRef: named(options.secretRef),
        proxySecretRef: named(options.proxySecretRef),
        certSecretRef: named(options.certRef),
        verify: verificationOf(options),
      }),
    };
  });
}

export function createBucket(
  name: string | undefined,
  options: BucketOptions,
  globals: Globals,
): Promise<void> {
  return create(name, options, globals, () => {
    if (!options.bucketName) throw new CliError('bucket-name is required');
    if (!options.endpoint) throw new CliError('endpoint is required');
    const { bucketName, endpoint, provider, region, insecure } = options;
    const spec = given({
      ...common(options),
      bucketName,
      endpoint,
      provider,
      region,
      insecure,
      secretRef: named(options.secretRef),
      proxySecretRef: named(options.proxySecretRef),
    });
    return {
      ...source('Bucket', 'Bucket source'),
      spec,
      generates: 'late',
      async prepare(session) {
        if (options.secretRef) return;
        const secret = await bucketSecret(session, name!, options);
        if (secret) spec.secretRef = { name: secret };
      },
    };
  });
}

export interface ChartOptions extends CreateOptions, Verification {
  chart?: string;
  chartVersion?: string;
  source?: string;
  reconcileStrategy: string;
}

export function createChart(
  name: string | undefined,
  options: ChartOptions,
  globals: Globals,
): Promise<void> {
  return create(name, options, globals, () => {
    const sourceRef = options.source ? chartSourceIn(options.source, localReferenceIn) : undefined;
    if (!sourceRef) throw new CliError('chart source is required');
    if (!options.chart) throw new CliError('chart name or path is required');
    generating('HelmChart source'); // before --export too
    labelsOf(options.label ?? []);
    return {
      ...source('HelmChart', 'HelmChart source'),
      createdAs: 'source',
      spec: given({
        interval: durationIn(options.interval),
        chart: options.chart,
        version: options.chartVersion,
        reconcileStrategy: options.reconcileStrategy,
        sourceRef: { kind: sourceRef.kind, name: sourceRef.name },
        verify: verificationOf(options),
      }),
    };
  });
}

function source(kindName: string, noun: string): Pick<Blueprint, 'kind' | 'noun' | 'concluded'> {
  const kind: ResourceKind = findKind(kindName)!;
  return { kind, noun, concluded: resource => fetched(resource, noun) };
}

function fetched(resource: Resource, noun: string): string[] {
  const revision = textAt(resource.object, 'status', 'artifact', 'revision');
  if (revision === '') throw new CliError(`${noun} reconciliation completed but no artifact was found`);
  return [`${noun} reconciliation completed`, `fetched revision: ${revision}`];
}

function common({
  interval,
  fetchTimeout,
  ignorePaths = [],
}: SourceOptions): Record<string, Json | undefined> {
  return {
    interval: durationIn(interval),
    timeout: fetchTimeout ? durationIn(fetchTimeout) : undefined,
    ignore: ignorePaths.length > 0 ? ignorePaths.join('\n') : undefined,
  };
}

function schemeOf(url: string | undefined, what: string, allowed: string[], words: string): string {
  if (!url) throw new CliError('url is required');
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase() ?? '';
  if (!allowed.includes(scheme))
    throw new CliError(`${what} scheme '${scheme}' not supported, can be: ${words}`);
  if (!URL.canParse(url)) throw new CliError(`${what} parse failed: ${url} is no URL`);
  return scheme;
}

function layerSelectorIn(text: string | undefined) {
  if (!text) return undefined;
  const at = text.indexOf(':');
  const [mediaType, operation] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  const refused = (why: string) => new CliError(`invalid --layer-selector ${JSON.stringify(text)}: ${why}`);
  if (at < 0 || mediaType === '' || operation === '')
    throw refused("must be in the format '<media-type>:<operation>'");
  if (operation !== 'extract' && operation !== 'copy') throw refused('operation must be "extract" or "copy"');
  return { mediaType, operation };
}

function verificationOf({ verifyProvider, verifySecretRef, verifyIssuer, verifySubject }: Verification) {
  const identity = verifyIssuer || verifySubject;
  if (verifyProvider)
    return given({
      provider: verifyProvider,
      secretRef: named(verifySecretRef),
      matchOIDCIdentity: identity
        ? [{ issuer: verifyIssuer ?? '', subject: verifySubject ?? '' }]
        : undefined,
    });
  const missing = 'a verification provider must be specified when';
  if (verifySecretRef) throw new CliError(`${missing} a secret is specified`);
  if (identity) throw new CliError(`${missing} OIDC issuer/subject is specified`);
  return undefined;
}
