import {
  apiVersionOfKind,
  type GitRepository,
  gitRepository,
  type HelmChart,
  type HelmRepository,
  helmChart,
  helmRepository,
  type Kind,
  type OCIRepository,
  ociRepository,
} from '@millrace/api';
import { mappedGitUrl, mappedUrl, type UrlMap } from '@millrace/git-access';
import type { KubeClient, KubeObject } from '@millrace/kube';
import { withoutCredentials } from '@millrace/plain-text';
import type { Standing } from './standings.ts';

/** What is said where another host was asked in vain. */
const away =
  /cannot be reached|could not resolve host|unable to access|did not answer within|answers with (?:status )?[345]\d\d/i;

/** How to go on where what an object fetches cannot be had from here; undefined where that is not what is wrong. */
export async function explainUnreachable(
  { kind, key, reason, message }: Pick<Standing, 'kind' | 'key' | 'reason' | 'message'>,
  client: KubeClient,
  map: UrlMap,
): Promise<string | undefined> {
  // The Secrets of a fleet are often at its cluster only.
  if (!away.test(message) && reason !== 'AuthenticationFailed') return undefined;
  const url = await urlOf(kind, key, client);
  return url === undefined || isMapped(kind, url, map) ? undefined : adviceFor(kind, withoutCredentials(url));
}

function isMapped(kind: string, url: string, map: UrlMap): boolean {
  return (kind === gitRepository.kind ? mappedGitUrl(url, map) : mappedUrl(url, map)) !== undefined;
}

export function adviceFor(kind: string, url: string): string {
  if (url.startsWith('oci://'))
    return `a folder on this machine can take the place of ${url}, or the local registry: --map ${url}=FOLDER or --map ${url}=oci://localhost/PATH`;
  const what = kind === gitRepository.kind ? 'a clone' : 'a folder of charts';
  return `${what} on this machine can take the place of ${url}: --map ${url}=FOLDER`;
}

/** What the object fetches; a chart says so by its repository. */
async function urlOf(kind: string, key: string, client: KubeClient): Promise<string | undefined> {
  const [namespace = '', name = ''] = key.split('/');
  const get = <T extends KubeObject>(of: Kind, named: string) =>
    client
      .get<T>({ apiVersion: apiVersionOfKind(of), kind: of.kind, namespace, name: named }, { as: 'own' })
      .catch(() => undefined);
  const repository = async (of: string, named: string) => {
    const found = [gitRepository, ociRepository, helmRepository].find(one => one.kind === of);
    return found && (await get<GitRepository | OCIRepository | HelmRepository>(found, named))?.spec.url;
  };
  if (kind !== helmChart.kind) return repository(kind, name);
  const chart = await get<HelmChart>(helmChart, name);
  return chart && repository(chart.spec.sourceRef.kind, chart.spec.sourceRef.name);
}
