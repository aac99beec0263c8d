import {
  apiVersionOfKind,
  type GitRepository,
  gitRepository,
  type HelmChart,
  type HelmRepository,
  helmChart,
  helmRepository,
  type ImageRepository,
  imageRepository,
  type Kind,
  names,
  type OCIRepository,
  ociRepository,
  type Resource,
} from '@millrace/api';
import { mappedGitUrl, mappedUrl, normalUrl, type UrlMap } from '@millrace/git-access';
import { type KubeClient, keyOf, refOf } from '@millrace/kube';

/** What is asked for, and where it is fetched from. */
export interface Waking {
  client: KubeClient;
  map: UrlMap;
  now: Date;
}

/**
 * Ask every GitRepository that is fetched from this URL to look now: what a Receiver does for a webhook. Returns the
 * value of the request.
 */
export async function wakeSources(url: string, { client, map, now }: Waking): Promise<string> {
  const value = now.toISOString();
  const items = await all<GitRepository>(client, gitRepository);
  const here = normalUrl(url);
  const concerned = items.filter(({ spec }) => normalUrl(mappedGitUrl(spec.url, map) ?? spec.url) === here);
  await ask(client, concerned, value);
  return value;
}

/** The same for all that is pulled from a repository of the registry: OCIRepositories, charts of HelmRepositories, images. */
export async function wakePulls(
  repository: string,
  host: string,
  { client, map, now }: Waking,
): Promise<void> {
  const port = host.slice(host.lastIndexOf(':'));
  const here = new Set(['127.0.0.1', 'localhost', '[::1]'].map(name => `oci://${name}${port}/${repository}`));
  const isHere = (url: string, below = '') => here.has(withoutSlash(mappedUrl(url, map) ?? url) + below);
  const repositories = await all<OCIRepository>(client, ociRepository);
  const bases = new Map(
    (await all<HelmRepository>(client, helmRepository)).map(one => [keyOf(one.metadata), one.spec.url]),
  );
  const charts = await all<HelmChart>(client, helmChart);
  const isFromHere = ({ metadata, spec }: HelmChart) => {
    const base =
      spec.sourceRef.kind === helmRepository.kind &&
      bases.get(`${metadata.namespace}/${spec.sourceRef.name}`);
    return typeof base === 'string' && base.startsWith('oci://') && isHere(base, `/${spec.chart}`);
  };
  const images = await all<ImageRepository>(client, imageRepository);
  const concerned = [
    ...repositories.filter(({ spec }) => isHere(spec.url)),
    ...charts.filter(isFromHere),
    ...images.filter(({ spec }) => isHere(`oci://${spec.image}`)),
  ];
  await ask(client, concerned, now.toISOString());
}

async function all<T extends Resource>(client: KubeClient, kind: Kind): Promise<T[]> {
  const { items } = await client.listAll<T>(apiVersionOfKind(kind), kind.kind, { as: 'own' });
  return items.filter(({ spec }) => !(spec as { suspend?: boolean }).suspend);
}

async function ask(client: KubeClient, concerned: Resource[], value: string): Promise<void> {
  const patch = { metadata: { annotations: { [names.requestedAt]: value } } };
  await Promise.all(
    concerned.map(item =>
      client.patch(refOf(item), 'merge', patch, { fieldManager: 'millrace-receiver', as: 'own' }),
    ),
  );
}

function withoutSlash(url: string): string {
  return url.replace(/(?<!\/)\/+$/, '');
}
