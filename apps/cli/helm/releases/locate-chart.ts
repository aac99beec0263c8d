import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import {
  type Chart,
  ChartError,
  defaultChartLimits,
  findChartVersion,
  readChartArchive,
  readIndexFile,
} from '@millrace/helm';
import { HelmRepositoryError, helmRepositoryClient, InvalidRepositoryUrl } from '@millrace/helm-repository';
import {
  isDigest,
  parseRepository,
  type Registry,
  RegistryError,
  registry,
  tokens,
  ways,
} from '@millrace/oci';
import { parseFullVersion } from '@millrace/semver';
import { HelmCommandError } from '../helm-error.ts';
import { readChart } from '../read-chart.ts';
import type { ChartFlags } from './chart-flags.ts';
import { loginOf, repositoryNamed } from './helm-config.ts';

/** The layer that holds a chart (helm.sh/helm, pkg/registry). */
const chartLayer = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';

/** Bytes: of an index, and of an archive. */
const limits = { index: 256 * 1024 * 1024, chart: defaultChartLimits.total };

interface Asking {
  flags: ChartFlags;
  warn: (message: string) => void;
  signal: AbortSignal;
}

/**
 * The chart that is meant: a folder or an archive on the disk, `oci://` in a registry, a URL of an archive, one of
 * `--repo`, or NAME/CHART of a repository that helm knows by its name. Throws HelmCommandError.
 *
 * Rule: LocateChart in pkg/action of helm v4.3
 */
export async function locateChart(given: string, asking: Asking): Promise<Chart> {
  const name = given.trim();
  const { repo } = asking.flags;
  try {
    if (repo !== undefined) return await fromRepository(repo, name, asking);
    if (name.startsWith('oci://')) return await fromRegistry(name.slice('oci://'.length), asking);
    if (existsSync(name) || isAbsolute(name) || name.startsWith('.')) return readChart(name, asking.warn);
    if (/^https?:\/\//.test(name)) return await fromUrl(name, asking);
    return await fromNamed(name, asking);
  } catch (error) {
    asking.signal.throwIfAborted();
    if (
      error instanceof HelmRepositoryError ||
      error instanceof InvalidRepositoryUrl ||
      error instanceof RegistryError ||
      error instanceof ChartError
    )
      throw new HelmCommandError(error.message, { cause: error });
    throw error;
  }
}

/** What is asked for: the flag, or anything that is no pre-release, or with --devel anything. */
function rangeOf({ version = '', devel }: ChartFlags): string {
  return version.trim() || (devel ? '>0.0.0-0' : '');
}

async function fromNamed(name: string, asking: Asking): Promise<Chart> {
  const slash = name.indexOf('/');
  if (slash < 0)
    throw new HelmCommandError(
      `non-absolute URLs should be in form of repo_name/path_to_chart, got: ${name}`,
    );
  const { url, ...own } = repositoryNamed(name.slice(0, slash), asking.flags.repositoryConfig);
  const flags = { ...own, ...asking.flags };
  return fromRepository(url, name.slice(slash + 1), { ...asking, flags });
}

async function fromRepository(url: string, name: string, asking: Asking): Promise<Chart> {
  const { flags, signal } = asking;
  const client = helmRepositoryClient(url, connectionOf(flags));
  try {
    const fetched = await client.index({}, limits.index, signal);
    if (!fetched.isModified) throw new HelmCommandError(`${url} sends no index`);
    const index = readIndexFile((await collect(fetched.parts)).toString('utf8'));
    const versions = index.entries?.get(name) ?? undefined;
    const range = rangeOf(flags);
    const found = versionAmong(versions, name, range, url);
    const [place] = found.urls ?? [];
    if (place === undefined)
      throw new HelmCommandError(`chart "${name}" version "${found.version}" has no downloadable URLs`);
    return readChartArchive(await client.chart(place, found.digest, limits.chart, signal), asking);
  } finally {
    await client.close();
  }
}

function versionAmong<V extends { version: string }>(
  versions: V[] | undefined,
  name: string,
  range: string,
  url: string,
): V {
  try {
    return findChartVersion(versions, name, range);
  } catch (cause) {
    const what = range === '' ? `chart "${name}"` : `chart "${name}" version "${range}"`;
    throw new HelmCommandError(`${what} not found in ${url} repository`, { cause });
  }
}

async function fromUrl(url: string, asking: Asking): Promise<Chart> {
  const client = helmRepositoryClient(new URL('.', url).href, connectionOf(asking.flags));
  try {
    return readChartArchive(await client.chart(url, undefined, limits.chart, asking.signal), asking);
  } finally {
    await client.close();
  }
}

function connectionOf({
  username,
  password,
  passCredentials,
  insecureSkipTlsVerify: insecure,
  ...files
}: ChartFlags) {
  return {
    ...(username !== undefined && password !== undefined && { login: { username, password } }),
    passCredentials,
    insecure,
    tls: tlsOf(files),
  };
}

function tlsOf({ caFile, certFile, keyFile }: ChartFlags) {
  const read = (path: string | undefined) => (path ? readFileSync(path, 'utf8') : undefined);
  return { ca: read(caFile), cert: read(certFile), key: read(keyFile) };
}

async function fromRegistry(text: string, { flags, warn, signal }: Asking): Promise<Chart> {
  const { name, tag, digest } = referenceIn(text);
  const place = parseRepository(name);
  const { username, password, insecureSkipTlsVerify, plainHttp } = flags;
  const login =
    username !== undefined && password !== undefined
      ? { username, password }
      : loginOf(place, flags.registryConfig);
  const from = registry(place, {
    login,
    insecure: insecureSkipTlsVerify || plainHttp,
    tls: tlsOf(flags),
    tokens: tokens(),
    ways: ways(),
  });
  try {
    const wanted = rangeOf(flags) || tag || '';
    if (tag && flags.version && flags.version !== tag)
      throw new HelmCommandError(`chart reference and version mismatch: ${flags.version} is not ${tag}`);
    const exact =
      digest ??
      (await from.resolve(tagOf(await version(from, name, wanted, signal)), signal, { reads: true }));
    const { layers } = await from.manifest(exact, signal);
    const layer = layers.find(({ mediaType }) => mediaType === chartLayer);
    if (!layer) throw new HelmCommandError(`manifest does not contain a layer with mediatype ${chartLayer}`);
    return readChartArchive(await collect(from.blob(layer, limits.chart, signal)), { warn });
  } finally {
    await from.close();
  }
}

function referenceIn(text: string) {
  const [beforeDigest = '', digest] = text.split('@', 2);
  if (digest !== undefined && !isDigest(digest))
    throw new HelmCommandError(`invalid reference: ${digest} is no digest`);
  const colon = beforeDigest.indexOf(':', beforeDigest.lastIndexOf('/') + 1);
  if (colon < 0) return { name: beforeDigest, tag: undefined, digest };
  return { name: beforeDigest.slice(0, colon), tag: beforeDigest.slice(colon + 1), digest };
}

async function version(from: Registry, name: string, wanted: string, signal: AbortSignal): Promise<string> {
  if (parseFullVersion(wanted)) return wanted;
  const versions = (await from.tags(signal))
    .map(tag => ({ version: tag.replaceAll('_', '+') }))
    // As helm lists them, without those that begin with a v.
    .filter(({ version }) => /^\d/.test(version) && parseFullVersion(version));
  if (versions.length === 0)
    throw new HelmCommandError(`unable to locate any tags in provided repository: oci://${name}`);
  try {
    return findChartVersion(versions, name, wanted).version;
  } catch (cause) {
    throw new HelmCommandError(
      `could not locate a version matching provided version string ${wanted || '*'}`,
      { cause },
    );
  }
}

/** Tags cannot have a `+`: Helm writes `_`. */
const tagOf = (version: string) => version.replaceAll('+', '_');

async function collect(parts: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return Buffer.concat(all);
}
