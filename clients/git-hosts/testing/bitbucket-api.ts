import type { Permission } from '../host.ts';
import { type Asked, newRepository, nextId, notFound, type Reply } from './state.ts';

/** What of Bitbucket Server's API a bootstrap asks for. Projects have their names in capitals as keys. */
export function bitbucketApi(asked: Asked, root: string): Reply {
  const { method, path, query, state, body } = asked;
  const [api, , area, project, repos, slug, part, more] = path;
  const missing = { status: 404, body: { errors: [{ message: `${project}/${slug} does not exist.` }] } };
  if (area === 'users')
    return { status: 200, body: { name: state.user, emailAddress: 'ann@example.com', slug: state.user } };
  if (area !== 'projects') return notFound;
  if (project === undefined) {
    const found = state.organizations.filter(name => name.startsWith(query.get('name') ?? ''));
    return values(found.map(name => ({ key: name.toUpperCase(), name, id: 1, type: 'NORMAL' })));
  }
  if (repos === 'permissions') return values([]);
  if (slug === undefined) {
    const name = String(body.name);
    state.repositories[`${project}/${name}`] = newRepository(body.public ? 'public' : 'private', 'master');
    return { status: 201, body: shown(asked, project, name, root) };
  }
  const repository = state.repositories[`${project}/${slug}`];
  if (!repository) return missing;
  if (api === 'keys') return keys(asked, path);
  if (part === undefined && method === 'PUT') repository.visibility = body.public ? 'public' : 'private';
  if (part === undefined) return { status: 200, body: shown(asked, project, slug, root) };
  if (part === 'branches') {
    if (method === 'POST') return { status: 200, body: { displayId: 'main' } };
    if (method === 'PUT') repository.defaultBranch = String(body.id).replace('refs/heads/', '');
    if (more !== 'default') return notFound;
    return {
      status: 200,
      body: { id: `refs/heads/${repository.defaultBranch}`, displayId: repository.defaultBranch },
    };
  }
  return groups(asked, `${project}/${slug}`);
}

const rights: Record<string, Permission> = { REPO_READ: 'pull', REPO_WRITE: 'push', REPO_ADMIN: 'admin' };

function groups({ method, query, state }: Asked, key: string): Reply {
  const { teams } = state.repositories[key]!;
  const name = query.get('name') ?? query.get('filter') ?? '';
  if (method === 'PUT') {
    if (!state.teams.includes(name))
      return { status: 404, body: { errors: [{ message: `The group ${name} does not exist.` }] } };
    teams[name] = rights[query.get('permission') ?? '']!;
    return { status: 204 };
  }
  const found = Object.entries(teams).filter(([team]) => team.includes(name));
  return values(
    found.map(([team, permission]) => ({
      group: { name: team },
      permission: Object.keys(rights).find(right => rights[right] === permission),
    })),
  );
}

function keys({ method, state, query, body }: Asked, path: string[]): Reply {
  const [, , , project, , slug, , id] = path;
  const repository = state.repositories[`${project}/${slug}`]!;
  const one = ({ id, title, key, readOnly }: (typeof repository.keys)[number]) => ({
    key: { id, label: title, text: key },
    permission: readOnly ? 'REPO_READ' : 'REPO_WRITE',
  });
  if (method === 'DELETE') {
    repository.keys = repository.keys.filter(one => String(one.id) !== id);
    return { status: 204 };
  }
  if (method === 'GET') {
    const start = Number(query.get('start') ?? 0);
    const end = start + 2;
    const isLastPage = end >= repository.keys.length;
    const found = repository.keys.slice(start, end).map(one);
    return {
      status: 200,
      body: { values: found, isLastPage, ...(isLastPage ? {} : { nextPageStart: end }) },
    };
  }
  const { text, label } = body.key as { text: string; label: string };
  const key = { id: nextId(), title: label, key: text, readOnly: body.permission === 'REPO_READ' };
  repository.keys.push(key);
  return { status: 201, body: one(key) };
}

const values = (found: unknown[]): Reply => ({ status: 200, body: { values: found, isLastPage: true } });

function shown({ state }: Asked, project: string, name: string, root: string) {
  const { visibility } = state.repositories[`${project}/${name}`]!;
  const clone = [{ href: `${root.replace(/\/rest$/, '')}/scm/${project}/${name}.git`, name: 'http' }];
  return {
    slug: name,
    name,
    id: 1,
    scmId: 'git',
    public: visibility === 'public',
    project: { key: project },
    links: { clone },
  };
}
