import { isObject, type JsonObject } from '@millrace/json';
import { HostError } from './errors.ts';
import { fieldOf } from './fields.ts';
import {
  type DeployTokens,
  defaultBranch,
  type HostedRepository,
  type HostOptions,
  type Permission,
  permissions,
} from './host.ts';
import { hostUrl, rootOf } from './host-url.ts';
import { requireOwner } from './owner.ts';
import { allPages, pathOf, type Rest, restClient } from './rest.ts';

/** A project of a user or of a group, at GitLab. https://docs.gitlab.com/api/projects */
export function gitLab(options: HostOptions, signal: AbortSignal): HostedRepository {
  const { hostname, owner, repository, personal, token, ca } = options;
  const web = hostUrl(hostname);
  const rest = restClient({
    root: `${rootOf(web)}/api/v4`,
    headers: { 'private-token': token },
    token,
    ca,
    advice: adviceFor,
    signal,
  });
  const own = projectPath(owner, repository);
  const groupId = async (group: string) =>
    Number(fieldOf(await rest.ask('GET', pathOf('groups', group)), 'id', 'group'));

  return {
    host: web.hostname === 'gitlab.com' ? hostname : rootOf(web),
    url: `${rootOf(web)}/${owner}/${repository}`,
    cloneUrl: transport =>
      transport === 'https'
        ? `${rootOf(web)}/${owner}/${repository}.git`
        : `ssh://git@${web.hostname}/${owner}/${repository}`,
    async visibility() {
      const found = await rest.find(own);
      const { visibility } = found ?? {};
      return found && (visibility === 'public' || visibility === 'internal' ? visibility : 'private');
    },
    async create(visibility) {
      const place: JsonObject = {};
      if (personal) requireOwner(owner, fieldOf(await rest.ask('GET', '/user'), 'username', 'user'));
      else place.namespace_id = await groupId(owner);
      await rest.ask('POST', '/projects', {
        name: repository,
        // Else it is made of the name, in small letters.
        path: repository,
        ...place,
        visibility,
        default_branch: defaultBranch,
      });
    },
    async show(visibility) {
      await rest.ask('PUT', own, { visibility });
    },
    async permissionOf(team) {
      const [id, project] = [await groupId(team), await rest.ask('GET', own)];
      const shares = Array.isArray(project.shared_with_groups) ? project.shared_with_groups : [];
      const share = shares.filter(isObject).find(({ group_id }) => group_id === id);
      return share && permissionIn(share.group_access_level);
    },
    async grant(team, permission) {
      const id = await groupId(team);
      const share = { group_id: id, group_access: levels[permission] };
      await rest.ask('POST', `${own}/share`, share).catch(async error => {
        // A share cannot be changed: it is made anew.
        if (!(error instanceof HostError) || !error.message.includes('already shared')) throw error;
        await rest.ask('DELETE', `${own}/share${pathOf(String(id))}`);
        await rest.ask('POST', `${own}/share`, share);
      });
    },
    async deployKeys() {
      const keys = await allPages(rest, `${own}/deploy_keys?per_page=100`);
      return keys.map(key => ({
        id: fieldOf(key, 'id', 'deploy key'),
        name: String(key.title ?? ''),
        key: fieldOf(key, 'key', 'deploy key'),
        readOnly: key.can_push !== true,
      }));
    },
    async addDeployKey({ name, key, readOnly }) {
      await rest.ask('POST', `${own}/deploy_keys`, { title: name, key: key.trim(), can_push: !readOnly });
    },
    async removeDeployKey(id) {
      await rest.ask('DELETE', `${own}/deploy_keys${pathOf(id)}`);
    },
    deployTokens: deployTokensOf(rest, own),
  };
}

/** One segment of a path, of which each part is a name. Groups may be in groups. */
function projectPath(owner: string, repository: string): string {
  pathOf(...owner.split('/'), repository);
  return pathOf('projects', `${owner}/${repository}`);
}

/** https://docs.gitlab.com/api/deploy_tokens#project-deploy-tokens */
function deployTokensOf(rest: Rest, own: string): DeployTokens {
  return {
    async list() {
      const tokens = await allPages(rest, `${own}/deploy_tokens?per_page=100`);
      return tokens
        .filter(({ revoked, expired }) => revoked !== true && expired !== true)
        .map(one => ({
          id: fieldOf(one, 'id', 'deploy token'),
          name: String(one.name ?? ''),
          username: fieldOf(one, 'username', 'deploy token'),
        }));
    },
    async create(name) {
      const made = await rest.ask('POST', `${own}/deploy_tokens`, { name, scopes: ['read_repository'] });
      const field = (key: string) => fieldOf(made, key, 'deploy token');
      return { username: field('username'), token: field('token') };
    },
    async remove(id) {
      await rest.ask('DELETE', `${own}/deploy_tokens${pathOf(id)}`);
    },
  };
}

/** https://docs.gitlab.com/api/access_requests#valid-access-levels */
const levels: Record<Permission, number> = { pull: 10, triage: 20, push: 30, maintain: 40, admin: 50 };

function permissionIn(level: unknown): Permission {
  return permissions.findLast(name => Number(level) >= levels[name]) ?? 'pull';
}

function adviceFor(status: number): string | undefined {
  if (status === 401) return 'the token of GITLAB_TOKEN is wrong, or has expired';
  if (status === 403) return 'the token lacks a right: it needs the scope api, and the role Maintainer';
  return undefined;
}
