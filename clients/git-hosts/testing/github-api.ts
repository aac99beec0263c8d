import type { Permission, Visibility } from '../host.ts';
import { type Asked, newRepository, nextId, notFound, page, type Reply } from './state.ts';

/** What of GitHub's API a bootstrap asks for. https://docs.github.com/en/rest */
export function gitHubApi(asked: Asked, root: string): Reply {
  const { method, path, body, state } = asked;
  const [area = '', owner = '', name = '', ...more] = path;
  const route = `${method} ${area}`;
  if (route === 'GET user') return { status: 200, body: { login: state.user } };
  if (route === 'POST user') return create(asked, state.user);
  if (route === 'POST orgs' && name === 'repos')
    return state.organizations.includes(owner) ? create(asked, owner) : notFound;
  if (area === 'orgs' && name === 'teams') return teams(asked, owner, more);
  const repository = state.repositories[`${owner}/${name}`];
  if (area !== 'repos' || !repository) return notFound;
  const [part, id] = more;
  if (part === undefined && method === 'PATCH') repository.visibility = body.visibility as Visibility;
  if (part === undefined) return { status: 200, body: shown(asked, owner, name) };
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
    key: String(body.key),
    readOnly: body.read_only === true,
  };
  if (repository.keys.some(one => one.key.trim() === key.key.trim()))
    return {
      status: 422,
      body: {
        message: 'Validation Failed',
        errors: [{ resource: 'PublicKey', field: 'key', code: 'custom', message: 'key is already in use' }],
      },
    };
  // The comment is not kept.
  repository.keys.push({ ...key, key: key.key.trim().split(' ').slice(0, 2).join(' ') });
  return { status: 201, body: { ...key, read_only: key.readOnly } };
}

function create(asked: Asked, owner: string): Reply {
  const { body, state } = asked;
  const name = String(body.name);
  if (state.repositories[`${owner}/${name}`])
    return { status: 422, body: { message: 'Repository creation failed.' } };
  const visibility = (body.visibility ?? (body.private ? 'private' : 'public')) as Visibility;
  state.repositories[`${owner}/${name}`] = newRepository(visibility, 'main');
  return { status: 201, body: shown(asked, owner, name) };
}

function shown({ state }: Asked, owner: string, name: string) {
  const { visibility, defaultBranch } = state.repositories[`${owner}/${name}`]!;
  const isPrivate = visibility !== 'public';
  return {
    id: 1,
    name,
    owner: { login: owner },
    visibility,
    private: isPrivate,
    default_branch: defaultBranch,
  };
}

function teams(
  { method, body, accept, state }: Asked,
  owner: string,
  [team = '', , , name]: string[],
): Reply {
  const repository = state.repositories[`${owner}/${name}`];
  if (!repository || !state.teams.includes(team)) return notFound;
  if (method === 'PUT') {
    repository.teams[team] = body.permission as Permission;
    return { status: 204 };
  }
  const permission = repository.teams[team];
  if (!permission) return notFound;
  if (!accept.includes('.repository+json')) return { status: 204 };
  const order = ['pull', 'triage', 'push', 'maintain', 'admin'];
  const granted = order.map((one, i) => [one, i <= order.indexOf(permission)]);
  return {
    status: 200,
    body: { ...shown({ state } as Asked, owner, name!), permissions: Object.fromEntries(granted) },
  };
}
