import { join } from 'node:path';
import { helmRelease, kinds } from '@millrace/api';
import type { Cluster, GitServer, RefChange } from '@millrace/cluster';
import type { UrlMap } from '@millrace/git-access';
import type { KubeClient } from '@millrace/kube';
import type { Beginning } from './beginning.ts';
import { gitHubUser } from './bootstrapped-fleet.ts';
import type { Fleet } from './fleet.ts';
import { describeUnready } from './fleet-view.ts';
import { kubeconfigFile } from './kubeconfig-file.ts';
import type { LocalRegistry } from './local-registry.ts';
import type { UpOptions } from './options.ts';
import { tagging } from './sample-image.ts';
import { say } from './say.ts';
import type { Settled } from './settled.ts';
import type { Standings } from './standings.ts';
import { explainUnreachable } from './unreachable.ts';

/** Say how the fleet stands, and of what is not ready why, and what to do. */
export async function report(
  state: Settled,
  standings: Standings,
  { client, map }: { client: KubeClient; map: UrlMap },
): Promise<void> {
  if (state === 'ready') return say('✔', countedIn(standings));
  say('✗', 'not everything is ready:');
  for (const { standing, line } of describeUnready(standings)) {
    const advice = await explainUnreachable(standing, client, map);
    say(' ', line + (advice === undefined ? '' : ` (${advice})`));
  }
}

/** Kinds that bring nothing into the cluster. */
const others = kinds.filter(({ group }) => /^(image|notification)\./.test(group)).map(({ kind }) => kind);

function countedIn(standings: Standings): string {
  const more = standings.countOf(others);
  const releases = standings.countOf([helmRelease.kind]) > 0;
  const named = releases ? 'sources, Kustomizations and HelmReleases' : 'sources and Kustomizations';
  return `${standings.size - more} ${named} are ready${more > 0 ? `, and ${more} more objects` : ''}`;
}

/** A push went to the copy that is served: whoever works in the checkout has to take it. */
export function tellPushed(url: string, refs: RefChange[]): void {
  for (const { ref, to } of refs) {
    const branch = ref.replace(/^refs\/heads\//, '');
    if (branch !== ref && !/^0+$/.test(to))
      say('⇣', `${branch} was pushed to (${to.slice(0, 8)}): take it with "git pull ${url} ${branch}"`);
  }
}

/** What runs, and what to try with it. */
export interface Offer {
  cluster: Cluster;
  fleet: Fleet;
  git: GitServer;
  local: LocalRegistry;
  /** Where webhooks are received. */
  receiver: string;
  /** Where the page is, with what lets in; undefined where it is left out. */
  web: string | undefined;
  /** Undefined for a checkout of the user's. */
  begun: Beginning | undefined;
}

export function tellHowToGoOn(offer: Offer, { dataDir }: UpOptions): void {
  const { cluster, fleet, local, receiver } = offer;
  const kubeconfig = kubeconfigFile(cluster, join(dataDir, 'cluster'));
  const places = offer.begun === 'empty' ? gitHubPlace(offer) : `the fleet: ${fleet.url}`;
  const page = offer.web ? `\n  the page: ${offer.web}` : '';
  console.log(`${page}
  export KUBECONFIG=${kubeconfig}
  ${places}
  the registry: oci://${local.host} (to push: --creds millrace:${local.registry.token})
  webhooks: ${receiver} (and the path in the status of a Receiver)

  Try:
${triesOf(offer)
  .map((text, i) => `  ${i + 1}. ${text}`)
  .join('\n')}

  Ctrl-C ends it; the next start goes on from ${dataDir}.
`);
}

/** What lets `bootstrap github` do without an account. */
function gitHubPlace({ git }: Offer): string {
  return `export GITHUB_TOKEN=${git.token} GITHUB_USER=${gitHubUser} MILLRACE_GITHUB=${git.url}`;
}

function triesOf({ fleet, git, local, begun }: Offer): string[] {
  if (begun === undefined)
    return ['commit a change in your checkout, and watch it arrive', 'kubectl get kustomizations -A'];
  if (begun === 'bootstrap')
    return [
      `git clone ${fleet.url} && cd fleet-infra`,
      'millrace create source git podinfo --url=https://github.com/stefanprodan/podinfo --branch=master --export > clusters/my-cluster/podinfo.yaml',
      'git add -A && git commit -m "Add podinfo" && git push, and: millrace get sources git --watch',
    ];
  if (begun === 'empty')
    return [
      'millrace bootstrap github --owner=$GITHUB_USER --repository=fleet-infra --branch=main --path=./clusters/my-cluster --personal',
      `git clone ${git.url.replace('://', '://git:$GITHUB_TOKEN@')}/$GITHUB_USER/fleet-infra.git && cd fleet-infra`,
    ];
  return [
    `git clone ${fleet.url} && cd fleet, change the replicas in apps/local/backend, commit and push`,
    'kubectl -n shop scale deployment api --replicas 7, and see it put back',
    'git rm a file of the fleet, push, and see its objects go',
    `${tagging(local, '1.5.0')}, and see it committed and rolled out`,
  ];
}
