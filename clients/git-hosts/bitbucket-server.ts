import { isObject, type Json, type JsonObject } from '@millrace/json';
import { HostError } from './errors.ts';
import { fieldOf } from './fields.ts';
import { defaultBranch, type HostedRepository, type HostOptions, type Permission } from './host.ts';
import { hostUrl, rootOf } from './host-url.ts';
import { pathOf, type Rest, restClient } from './rest.ts';

/** Bitbucket Server, or Data Center. https://developer.atlassian.com/server/bitbucket/rest */
export async function bitbucketServer(options: HostOptions, signal: AbortSignal): Promise<HostedRepository> {
  const { hostname, owner, repository, personal, token, ca } = options;
  const web = hostUrl(hostname);
  const root = rootOf(web);
  const rest = restClient({
    root: `${root}/rest`,
    headers: { authorization: `Bearer ${token}`, 'x-atlassian-token': 'no-check' },
    token,
    ca,
    advice: adviceFor,
    signal,
  });
  const project = personal ? `~${owner.replace(/^~/, '')}` : await keyOf(rest, owner);
  const own = `${pathOf('projects', project, 'repos')}${pathOf(repository)}`;
  const api = (path: string) => `/api/1.0${path}`;
  const keys = `/keys/1.0${own}/ssh`;
  const groups = api(`${own}/permissions/groups`);

  return {
    host: web.host,
    url: `${root}/${owner}/${repository}`,
    cloneUrl: transport =>
      transport === 'https'
        ? `${root}/scm/${project}/${repository}.git`
        : `ssh://git@${web.hostname}/${project}/${repository}`,
    async visibility() {
      const found = await rest.find(api(own));
      return found && (found.public === true ? 'public' : 'private');
    },
    async create(visibility) {
      const body = { name: repository, scmId: 'git', public: visibility === 'public', defaultBranch };
      await rest.ask('POST', api(pathOf('projects', project, 'repos')), body);
    },
    async show(visibility) {
      await rest.ask('PUT', api(own), { public: visibility === 'public' });
    },
    async permissionOf(group) {
      const found = await values(rest, `${groups}?filter=${encodeURIComponent(group)}`);
      const named = found.find(({ group: one }) => isObject(one) && one.name === group);
      return named && permissionIn(named.permission);
    },
    async grant(group, permission) {
      const query = new URLSearchParams({ name: group, permission: rightOf(permission) });
      await rest.ask('PUT', `${groups}?${query}`);
    },
    async deployKeys() {
      return (await values(rest, keys)).map(({ key, permission }) => {
        const one = isObject(key) ? key : {};
        return {
          id: fieldOf(one, 'id', 'access key'),
          name: String(one.label ?? ''),
          key: fieldOf(one, 'text', 'access key'),
          readOnly: permission === rights.pull,
        };
      });
    },
    async addDeployKey({ name, key, readOnly }) {
      // The label is what stands behind the key.
      const text = `${key.trim().split(/\s+/).slice(0, 2).join(' ')} ${name}`;
      const permission = readOnly ? rights.pull : rights.push;
      await rest.ask('POST', keys, { key: { text, label: name }, permission });
    },
    async removeDeployKey(id) {
      await rest.ask('DELETE', `${keys}${pathOf(id)}`);
    },
    // Servers before 8.0 make it master, whatever they are told.
    async makeDefault(branch) {
      const path = api(`${own}/branches/default`);
      const found = await rest.find(path);
      if (found?.displayId !== branch) await rest.ask('PUT', path, { id: `refs/heads/${branch}` });
    },
  };
}

/** Users name a project by its name, URLs by its key. */
async function keyOf(rest: Rest, owner: string): Promise<string> {
  const found = await values(rest, `/api/1.0/projects?name=${encodeURIComponent(owner)}`);
  const project = found.find(({ name }) => name === owner) ?? found.find(({ key }) => key === owner);
  if (project) return fieldOf(project, 'key', 'project');
  throw new HostError(
    `failed to get Git organization: there is no project "${owner}", or the token does not reach it`,
    [],
    404,
  );
}

const mostPages = 100;

/** A list of pages: `{values, isLastPage, nextPageStart}`. */
async function values(rest: Rest, path: string): Promise<JsonObject[]> {
  const found: JsonObject[] = [];
  let start: Json | undefined = 0;
  for (let i = 0; i < mostPages && start !== undefined; i++) {
    const from: string = `${path.includes('?') ? '&' : '?'}limit=100&start=${start}`;
    const page: JsonObject = await rest.ask('GET', path + from);
    found.push(...(Array.isArray(page.values) ? page.values.filter(isObject) : []));
    start =
      page.isLastPage === false && typeof page.nextPageStart === 'number' ? page.nextPageStart : undefined;
  }
  return found;
}

const rights = { pull: 'REPO_READ', push: 'REPO_WRITE', admin: 'REPO_ADMIN' } as const;

function rightOf(permission: Permission): string {
  if (permission === 'pull' || permission === 'push' || permission === 'admin') return rights[permission];
  throw new HostError(`Bitbucket Server has no permission "${permission}": use pull, push or admin`, []);
}

function permissionIn(right: unknown): Permission {
  return right === rights.admin ? 'admin' : right === rights.push ? 'push' : 'pull';
}

function adviceFor(status: number): string | undefined {
  if (status === 401) return 'the token of BITBUCKET_TOKEN is wrong, or has expired';
  if (status === 403) return 'the token lacks a right: it needs the permission Project admin';
  return undefined;
}
