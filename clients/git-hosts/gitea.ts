import { fieldOf } from './fields.ts';
import { defaultBranch, type HostedRepository, type HostOptions, type Permission } from './host.ts';
import { hostUrl, rootOf } from './host-url.ts';
import { requireOwner } from './owner.ts';
import { allPages, pathOf, restClient } from './rest.ts';

/** Gitea, or Forgejo. https://docs.gitea.com/api */
export function gitea(options: HostOptions, signal: AbortSignal): HostedRepository {
  const { hostname, owner, repository, personal, token, ca } = options;
  const web = hostUrl(hostname);
  const rest = restClient({
    root: `${rootOf(web)}/api/v1`,
    headers: { authorization: `token ${token}` },
    token,
    ca,
    advice: adviceFor,
    signal,
  });
  const own = pathOf('repos', owner, repository);

  return {
    host: hostname,
    url: `${rootOf(web)}/${owner}/${repository}`,
    cloneUrl: transport =>
      transport === 'https'
        ? `${rootOf(web)}/${owner}/${repository}.git`
        : `ssh://git@${web.hostname}/${owner}/${repository}`,
    async visibility() {
      const found = await rest.find(own);
      return found && (found.private === true ? 'private' : 'public');
    },
    async create(visibility) {
      if (personal) requireOwner(owner, fieldOf(await rest.ask('GET', '/user'), 'login', 'user'));
      const path = personal ? '/user/repos' : pathOf('orgs', owner, 'repos');
      const body = { name: repository, private: visibility !== 'public', default_branch: defaultBranch };
      await rest.ask('POST', path, body);
    },
    async show(visibility) {
      await rest.ask('PATCH', own, { private: visibility !== 'public' });
    },
    async permissionOf(team) {
      const found = await rest.find(own + pathOf('teams', team));
      return found && permissionIn(found.permission);
    },
    // What a team may do is a matter of the team there, not of the repository.
    async grant(team) {
      await rest.ask('PUT', own + pathOf('teams', team));
    },
    async deployKeys() {
      const keys = await allPages(rest, `${own}/keys?limit=50`);
      return keys.map(key => ({
        id: fieldOf(key, 'id', 'deploy key'),
        name: String(key.title ?? ''),
        key: fieldOf(key, 'key', 'deploy key'),
        readOnly: key.read_only === true,
      }));
    },
    async addDeployKey({ name, key, readOnly }) {
      await rest.ask('POST', `${own}/keys`, { title: name, key: key.trim(), read_only: readOnly });
    },
    async removeDeployKey(id) {
      await rest.ask('DELETE', `${own}/keys${pathOf(id)}`);
    },
  };
}

function permissionIn(mode: unknown): Permission {
  if (mode === 'owner' || mode === 'admin') return 'admin';
  return mode === 'write' ? 'push' : 'pull';
}

function adviceFor(status: number): string | undefined {
  if (status === 401) return 'the token of GITEA_TOKEN is wrong, or has expired';
  if (status === 403) return 'the token lacks a scope: it needs read:misc, write:repository and write:user';
  return undefined;
}
