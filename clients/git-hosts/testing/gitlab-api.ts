import type { Permission, Visibility } from '../host.ts';
import { type Asked, newRepository, nextId, notFound, page, type Reply } from './state.ts';

const levels: Permission[] = ['pull', 'triage', 'push', 'maintain', 'admin'];

/** What of GitLab's API a bootstrap asks for. https://docs.gitlab.com/api */
export function gitLabApi(asked: Asked, root: string): Reply {
  const { method, path, state } = asked;
  const [area = '', name = '', ...more] = path;
  const missing = { ...notFound, body: { message: `404 ${area} Not Found` } };
  if (area === 'user') return { status: 200, body: { id: 1, username: state.user } };
  if (area === 'groups') {
    const id = groupsOf(asked).indexOf(name);
    return id < 0 ? missing : { status: 200, body: { id, name, path: name, full_name: name } };
  }
  if (area !== 'projects') return missing;
  if (method === 'POST' && name === '') return create(asked);
  const key = Object.keys(state.repositories).find(
    (one, i) => one.toLowerCase() === name.toLowerCase() || String(i + 1) === name,
  );
  const isShare = more[0] === 'share';
  return key === undefined
    ? missing
    : isShare
      ? share(asked, key, more[1])
      : project(asked, key, more, `${root}/projects/${encodeURIComponent(name)}`);
}

const groupsOf = ({ state }: Asked) => ['', ...state.organizations, ...state.teams];

function create(asked: Asked): Reply {
  const { body, state } = asked;
  const group = body.namespace_id === undefined ? undefined : groupsOf(asked)[Number(body.namespace_id)];
  const key = `${group ?? state.user}/${body.name}`;
  if (state.repositories[key])
    return {
      status: 400,
      body: { message: { name: ['has already been taken'], path: ['has already been taken'] } },
    };
  state.repositories[key] = newRepository(body.visibility as Visibility, String(body.default_branch));
  return { status: 201, body: shown(asked, key) };
}

function shown(asked: Asked, key: string) {
  const { repositories, user } = asked.state;
  const { visibility, defaultBranch, teams } = repositories[key]!;
  const [owner, name] = key.split('/');
  return {
    id: Object.keys(repositories).indexOf(key) + 1,
    name,
    path_with_namespace: key,
    visibility,
    description: '',
    default_branch: defaultBranch,
    ...(owner === user ? { owner: { id: 1, username: user } } : {}),
    namespace: { id: 1, name: owner, kind: owner === user ? 'user' : 'group' },
    shared_with_groups: Object.entries(teams).map(([team, permission]) => ({
      group_id: groupsOf(asked).indexOf(team),
      group_name: team,
      group_access_level: (levels.indexOf(permission) + 1) * 10,
    })),
  };
}

function share(asked: Asked, key: string, group: string | undefined): Reply {
  const { teams } = asked.state.repositories[key]!;
  const team = groupsOf(asked)[Number(group ?? asked.body.group_id)]!;
  if (asked.method === 'DELETE') delete teams[team];
  else if (teams[team])
    return { status: 409, body: { message: 'The group is already shared with this group' } };
  else teams[team] = levels[Number(asked.body.group_access) / 10 - 1]!;
  return asked.method === 'DELETE' ? { status: 204 } : { status: 201, body: {} };
}

function project(asked: Asked, name: string, [part, id]: string[], url: string): Reply {
  const { method, body } = asked;
  const repository = asked.state.repositories[name]!;
  if (part === undefined && method === 'PUT') repository.visibility = body.visibility as Visibility;
  if (part === undefined) return { status: 200, body: shown(asked, name) };
  if (part === 'deploy_keys') {
    const keys = repository.keys.map(one => ({ ...one, can_push: !one.readOnly }));
    if (method === 'GET') return page(asked, keys, 2, `${url}/deploy_keys`);
    if (method === 'DELETE') {
      repository.keys = repository.keys.filter(one => String(one.id) !== id);
      return { status: 204 };
    }
    const key = {
      id: nextId(),
      title: String(body.title),
      key: String(body.key).trim(),
      readOnly: body.can_push !== true,
    };
    repository.keys.push(key);
    return { status: 201, body: { ...key, can_push: !key.readOnly } };
  }
  const tokens = repository.tokens.map(({ token: _, ...one }) => ({
    ...one,
    revoked: false,
    expired: false,
  }));
  if (method === 'GET') return page(asked, tokens, 2, `${url}/deploy_tokens`);
  if (method === 'DELETE') {
    repository.tokens = repository.tokens.filter(one => String(one.id) !== id);
    return { status: 204 };
  }
  const number = nextId();
  const token = {
    id: number,
    name: String(body.name),
    username: `gitlab+deploy-token-${number}`,
    token: `t${number}`,
  };
  repository.tokens.push(token);
  return { status: 201, body: token };
}
