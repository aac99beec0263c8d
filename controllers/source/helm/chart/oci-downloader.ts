import { Failed } from '@millrace/controller';
import { findChartVersion } from '@millrace/helm';
import { type Digest, parseRepository, type Registry, registry } from '@millrace/oci';
import { verifySignature } from '@millrace/oci-signatures';
import { parseFullVersion } from '@millrace/semver';
import type { Deps } from './deps.ts';
import type { Downloader, FoundChart, Reach } from './downloader.ts';

/** The layer that holds a chart (helm.sh/helm, pkg/registry). */
const chartLayer = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';

/** A registry in which each chart is a repository, and each version a tag of it. */
export function ociDownloader(reach: Reach & { kind: 'oci' }, on: Deps): Downloader {
  const open: Registry[] = [];
  return {
    async find(name, wanted, signal): Promise<FoundChart> {
      const repository = parseRepository(
        `${reach.url.slice('oci://'.length).replace(/(?<!\/)\/+$/, '')}/${name}`,
      );
      const login = await loginOf(reach, on, signal);
      const from = registry(repository, { ...reach.access, login, tokens: on.tokens, ways: on.ways });
      open.push(from);
      const version = parseFullVersion(wanted) ? wanted : await versionAmong(from, name, wanted, signal);
      let digest: Digest | undefined;
      const digestOf = async (during: AbortSignal) => {
        // What is fetched is what was verified, also where the tag moves in between.
        digest ??= await from.resolve(tagOf(version), during, { reads: true });
        return digest;
      };
      const place = `${repository.host}/${repository.path}`;
      return {
        name,
        version,
        fetch: async during => fetchChart(from, await digestOf(during), on.limits.chart, during),
        async verify(trustIn, during) {
          const artifact = `${place}:${tagOf(version)}`;
          const trust = trustIn(artifact);
          const signed = { repository: place, digest: await digestOf(during) };
          return verifySignature(signed, trust, from, during).catch(cause => {
            throw new Error(`failed to verify oci://${artifact}: ${messageOf(cause)}`, { cause });
          });
        },
      };
    },
    async close() {
      await Promise.all(open.map(one => one.close()));
    },
  };
}

async function loginOf({ url, access }: Reach & { kind: 'oci' }, { cloud }: Deps, signal: AbortSignal) {
  const { provider, login } = access;
  if (!provider) return login;
  return cloud.registryLogin(provider, url, 'controller', signal).catch(cause => {
    signal.throwIfAborted();
    const reason = 'AuthenticationFailed';
    const message = `failed to get credential from '${provider}': ${messageOf(cause)}`;
    throw new Failed(reason, message, {
      cause,
      conditions: { FetchFailed: { status: 'True', reason, message }, BuildFailed: false },
    });
  });
}

async function versionAmong(
  from: Registry,
  name: string,
  wanted: string,
  signal: AbortSignal,
): Promise<string> {
  const tags = await from.tags(signal);
  // As helm's client lists them: whole versions without a v. Others are tags of images, of `latest`, of signatures.
  const whole = tags.map(versionOf).filter(version => /^\d/.test(version) && parseFullVersion(version));
  const versions = whole.map(version => ({ version }));
  if (versions.length === 0) throw new Error(`unable to locate any tags in provided repository: ${name}`);
  return findChartVersion(versions, name, wanted).version;
}

async function fetchChart(
  from: Registry,
  digest: Digest,
  limit: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const { layers } = await from.manifest(digest, signal);
  const layer = layers.find(({ mediaType }) => mediaType === chartLayer);
  if (!layer) throw new Error(`manifest does not contain a layer with mediatype ${chartLayer}`);
  const parts: Uint8Array[] = [];
  for await (const part of from.blob(layer, limit, signal)) parts.push(part);
  return Buffer.concat(parts);
}

const messageOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));

/** Tags cannot have a `+`: Helm writes `_`. */
const tagOf = (version: string) => version.replaceAll('+', '_');
const versionOf = (tag: string) => tag.replaceAll('_', '+');
