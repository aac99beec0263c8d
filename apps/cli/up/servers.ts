import { join } from 'node:path';
import { type GitServer, type RefChange, startGitServer } from '@millrace/cluster';
import type { DataFolder } from './data-folder.ts';
import { type LocalRegistry, startLocalRegistry } from './local-registry.ts';

/** What sources are fetched from. */
export interface Servers {
  git: GitServer;
  local: LocalRegistry;
  stop(): Promise<void>;
}

/** Told of what comes. */
export interface Arrivals {
  commits(): void;
  pushed(refs: RefChange[]): void;
  artifact(repository: string): void;
}

/** The Git server and the registry, at the ports that they had before where those are free. */
export async function startServers(folder: DataFolder, arrivals: Arrivals): Promise<Servers> {
  const git = await startGit(folder.port('git'), join(folder.path, 'repositories'), refs =>
    arrivals.pushed(refs),
  );
  folder.rememberPort('git', git.url);
  const local = await startLocalRegistry(
    join(folder.path, 'registry'),
    folder.port('registry'),
    ({ repository }) => arrivals.artifact(repository),
  ).catch(async error => {
    await git.stop();
    throw error;
  });
  folder.rememberPort('registry', local.registry.url);
  return {
    git,
    local,
    async stop() {
      await Promise.all([git.stop(), local.registry.stop()]);
    },
  };
}

async function startGit(port: number, root: string, told: (refs: RefChange[]) => void): Promise<GitServer> {
  const onPush = (_: string, refs: RefChange[]) => told(refs);
  try {
    return await startGitServer({ root, port, onPush });
  } catch (error) {
    if (port === 0) throw error; // otherwise it is taken, or not ours to take: any will do
    return startGitServer({ root, onPush });
  }
}
