import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Watches } from '@millrace/controller';
import type { KubeClient } from '@millrace/kube';
import { keptToken } from '@millrace/loopback';
import { type Journal, type Outage, startWeb, type Web } from '@millrace/web';
import { findCommitsIn } from '../previews/find-commits.ts';
import { previewsFor } from '../previews/previews.ts';
import { heardByAlert } from '../previews/sends-on.ts';
import type { LocalGit } from '../previews/trees.ts';
import type { DataFolder } from './data-folder.ts';
import { freePort } from './free-port.ts';
import { say } from './say.ts';
import type { Servers } from './servers.ts';

/** What the page shows. */
export interface House {
  client: KubeClient;
  watches: Watches;
  servers: Servers;
  notifications: Journal | undefined;
  audit: Journal | undefined;
  localGit: LocalGit;
}

/**
 * Serve the page, from the caches that the controllers have. Port and token are those of the last start: a page that is
 * open goes on.
 */
export async function serveWeb(folder: DataFolder, house: House): Promise<Web> {
  const { client, watches, servers, notifications, audit, localGit } = house;
  const web = await startWeb({
    client,
    previews: previewsFor(localGit),
    findCommits: findCommitsIn(localGit),
    sendsOn: heardByAlert,
    rehearsal: outagesOf(servers),
    ...(notifications && { notifications }),
    ...(audit && { audit }),
    port: await freePort(folder.port('web')),
    token: tokenIn(join(folder.path, 'web-token')),
    watchKind: (selection, project) => watches.use(selection, { name: 'web', project }),
  });
  folder.rememberPort('web', web.url);
  say('►', `the page: ${web.url}`);
  return web;
}

/** What can be away on demand. */
function outagesOf({ git, local }: Servers): Outage[] {
  return [
    outage('git', 'The Git server', git.setAway),
    outage('registry', 'The registry', local.registry.setAway),
  ];
}

function outage(name: string, label: string, setAway: (isAway: boolean) => void): Outage {
  let isAway = false;
  return {
    name,
    label,
    isAway: () => isAway,
    setAway(away) {
      isAway = away;
      setAway(away);
    },
  };
}

const tokenIn = (file: string) =>
  keptToken({
    read: () => readFileSync(file, 'utf8'),
    write: token => writeFileSync(file, `${token}\n`, { mode: 0o600 }),
  });
