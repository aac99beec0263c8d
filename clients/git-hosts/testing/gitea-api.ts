import { type Asked, newRepository, nextId, notFound, page, type Reply } from './state.ts';

/** What of Gitea's API a bootstrap asks for. https://docs.gitea.com/api */
export function giteaApi(asked: Asked, root: string): Reply {
  const { method, path, body, state } = asked;
  const [area = '', owner = '', name = '', part, id] = path;
  const route = `${method} ${area}`;
  if (area === 'version') return { status: 200, body: { version: '1.26.0' } };
  if (route === 'GET user') return { status: 200, body: { id: 1, login: state.user } };
  if (route === 'POST user') return create(asked, state.user);
  if (route === 'POST orgs') return state.organizations.includes(owner) ? create(asked, owner) : notFound;
  const repository = state.repositories[`${owner}/${name}`];
  if (area !== 'repos' || !repository) return notFound;
  if (part === undefined && method === 'PATCH') repository.visibility = body.private ? 'private' : 'public';
  if (part === undefined) return { status: 200, body: shown(asked, owner, name) };
  if (part === 'teams') {
    const team = String(id);
    if (!state.teams.includes(team) || (method === 'GET' && !repository.teams[team])) return notFound;
    if (method === 'GET') return { status: 200, body: { id: 1, name: team, permission: 'write' } };
    repository.teams[team] = 'push';
    return { status: 204 };
  }
  const keys = repository.keys.map(({ id, title, key, readOnly }) => ({
    id,
    title,
    key,
    read_only: readOnly,
  }));
  if (method === 'GET') return page(asked, keys, 2, `${root}/repos/${owner}/${name}/keys`);
  if (method === 'DELETE') {
    repository.keys = repository.keys.filter(one => String(one.id) !== id);
    return { status: 204 };
  }
  const key = {
    id: nextId(),
    title: String(body.title),
    key: String(body.key).trim(),
    readOnly: body.read_only === true,
  };
  repository.keys.push(key);
  return { status: 201, body: { ...key, read_only: key.readOnly } };
}

function create(asked: Asked, owner: string): Reply {
  const { body, state } = asked;
  const name = String(body.name);
  const visibility = body.private ? 'private' : 'public';
  state.repositories[`${owner}/${name}`] = newRepository(visibility, String(body.default_branch));
  return { status: 201, body: shown(asked, owner, name) };
}

function shown({ state }: Asked, owner: string, name: string) {
  const { visibility, defaultBranch } = state.repositories[`${owner}/${name}`]!;
  const isPrivate = visibility !== 'public';
  return { id: 1, name, owner: { id: 1, login: owner }, private: isPrivate, default_branch: defaultBranch };
}
