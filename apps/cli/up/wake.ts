import type { GitRepository } from '@millrace/api';
import { apiVersionOfKind, gitRepository, names } from '@millrace/api';
import { type KubeClient, refOf } from '@millrace/kube';
import { mappedUrl, normalUrl, type UrlMap } from '@millrace/source-controller';

/**
 * Ask every GitRepository that is fetched from this URL to look now: what a Receiver does for a webhook. Returns the
 * value of the request.
 */
export async function wakeSources(client: KubeClient, url: string, map: UrlMap, now: Date): Promise<string> {
  const value = now.toISOString();
  const { items } = await client.listAll<GitRepository>(apiVersionOfKind(gitRepository), gitRepository.kind, {
    as: 'own',
  });
  const here = normalUrl(url);
  const concerned = items.filter(
    ({ spec }) => normalUrl(mappedUrl(spec.url, map) ?? spec.url) === here && !spec.suspend,
  );
  const patch = { metadata: { annotations: { [names.requestedAt]: value } } };
  await Promise.all(
    concerned.map(item =>
      client.patch(refOf(item), 'merge', patch, { fieldManager: 'millrace-receiver', as: 'own' }),
    ),
  );
  return value;
}
