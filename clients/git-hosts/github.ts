import { isObject } from '@millrace/json';
import { fieldOf } from './fields.ts';
import { defaultBranch, type HostedRepository, type HostOptions, type Visibility } from './host.ts';
import { hostUrl, rootOf } from './host-url.ts';
import { requireOwner } from './owner.ts';
import { allPages, pathOf, restClient } from './rest.ts';

const publicHost = 'github.com';
/** Without it a team is only said to have a repository: https://docs.github.com/en/rest/teams/teams */
const withPermissions = 'application/vnd.github.v3.repository+json';

/** GitHub, or GitHub Enterprise Server. https://docs.github.com/en/rest/repos */
export function gitHub(options: HostOptions, signal: AbortSignal): HostedRepository {
  const { hostname, owner, repository, personal, token, ca } = options;
  const web = hostUrl(hostname);
  const rest = restClient({
    root: web.hostname === publicHost ? 'https://api.github.com' : `${rootOf(web)}/api/v3`,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      'x-github-api-version': '2022-11-28',
    },
    token,
    ca,
    advice: adviceFor,
    signal,
  });
  const own = pathOf('repos', owner, repository);
  const teamPath = (team: string) => pathOf('orgs', owner, 'teams', team, 'repos', owner, repository);

  return {
    host: hostname,
    url: `${rootOf(web)}/${owner}/${repository}`,
    cloneUrl: transport =>
      transport === 'https'
        ? `${rootOf(web)}/${owner}/${repository}.git`
        : `ssh://git@${web.hostname}/${owner}/${repository}`,
    async visibility() {
      const found = await rest.find(own);
      return found && visibilityOf(found.visibility, found.private === true);
    },
    async create(visibility) {
      if (personal) requireOwner(owner, fieldOf(await rest.ask('GET', '/user'), 'login', 'user'));
      const path = personal ? '/user/repos' : pathOf('orgs', owner, 'repos');
      const body = { name: repository, visibility, private: visibility !== 'public' };
      await rest.ask('POST', path, { ...body, default_branch: defaultBranch });
    },
    async show(visibility) {
      await rest.ask('PATCH', own, { visibility, private: visibility !== 'public' });
    },
    async permissionOf(team) {
      const found = await rest.find(teamPath(team), withPermissions);
      const may = found && isObject(found.permissions) ? found.permissions : {};
      const best = (['admin', 'maintain', 'push', 'triage', 'pull'] as const).find(one => may[one] === true);
      return found && best;
    },
    async grant(team, permission) {
      await rest.ask('PUT', teamPath(team), { permission });
    },
    async deployKeys() {
      const keys = await allPages(rest, `${own}/keys?per_page=100`);
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

function visibilityOf(visibility: unknown, isPrivate: boolean): Visibility {
  if (visibility === 'public' || visibility === 'internal' || visibility === 'private') return visibility;
  return isPrivate ? 'private' : 'public';
}

function adviceFor(status: number): string | undefined {
  if (status === 401) return 'the token of GITHUB_TOKEN is wrong, or has expired';
  if (status === 403)
    return 'the token lacks a right: a classic one needs the scope repo, a fine-grained one Administration, Contents and Metadata';
  return undefined;
}
