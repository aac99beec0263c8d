import { join } from 'node:path';
import { type GitServer, type GitServerOptions, type RefChange, startGitServer } from '@millrace/cluster';
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
  pushed(repository: string, refs: RefChange[]): void;
  artifact(repository: string): void;
}

/** The Git server and the registry, at the ports that they had before where those are free. */
export async function startServers(
  folder: DataFolder,
  arrivals: Arrivals,
  options: Pick<GitServerOptions, 'gitHubUser'> = {},
): Promise<Servers> {
  const git = await startGit(folder.port('git'), {
    ...options,
    root: join(folder.path, 'repositories'),
    onPush: (repository, refs) => arrivals.pushed(repository, refs),
  });
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

async function startGit(port: number, options: GitServerOptions): Promise<GitServer> {
  try {
    return await startGitServer({ ...options, port });
  } catch (error) {
    if (port === 0) throw error; // otherwise it is taken, or not ours to take: any will do
    return startGitServer(options);
  }
}
