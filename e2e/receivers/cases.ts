import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { body, expressions } from './expressions.ts';
import { oddToken, token } from './fleet.ts';
import type { Issuer } from './issuer.ts';

/** A request to the path of a Receiver. */
export interface Sent {
  method?: string;
  /** Instead of the Receiver's path, or behind it. */
  path?: (hook: string) => string;
  headers?: Record<string, string> | [string, string][];
  body?: string | Buffer;
}

/** By Receiver and what is special about the request; names are keys of the recorded answers. */
export type Cases = Record<string, Record<string, Sent>>;

const json = { 'Content-Type': 'application/json' };
const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
const text = (value: unknown) => JSON.stringify(value);

/** Text in a header. */
const bytes = (value: string) => Buffer.from(value).toString('latin1');

const hex = (algorithm: string, body: string | Buffer, key: string = token) =>
  createHmac(algorithm, Buffer.from(key)).update(body).digest('hex');
const signature = (algorithm: string, body: string | Buffer, key?: string) =>
  `${algorithm}=${hex(algorithm, body, key)}`;

const push = text({ ref: 'refs/heads/main', repository: { full_name: 'org/app' }, commits: [] });
const pushForm = `payload=${encodeURIComponent(push)}`;
const limit = 3 * 1024 * 1024;
const blanks = (size: number) => Buffer.alloc(size, ' ');

/** A push as GitHub sends it. */
const github = (body: string | Buffer, more: Record<string, string> = {}): Sent => ({
  headers: {
    ...json,
    'User-Agent': 'GitHub-Hookshot/044aadd',
    'X-GitHub-Delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    'X-GitHub-Event': 'push',
    'X-Hub-Signature': signature('sha1', body),
    'X-Hub-Signature-256': signature('sha256', body),
    ...more,
  },
  body,
});
const without = (sent: Sent, ...names: string[]): Sent => ({
  ...sent,
  headers: Object.fromEntries(Object.entries(sent.headers ?? {}).filter(([name]) => !names.includes(name))),
});

const generic: Record<string, Sent> = {
  'a POST without a body': {},
  'a GET': { method: 'GET' },
  'a PUT': { method: 'PUT', body: 'x' },
  'a DELETE': { method: 'DELETE' },
  'a PATCH': { method: 'PATCH', body: 'x' },
  'an OPTIONS': { method: 'OPTIONS' },
  'a HEAD': { method: 'HEAD' },
  'a method of WebDAV': { method: 'PROPFIND' },
  'a body that is none of anything': { headers: json, body: '{{{' },
  'a body of the largest size': { body: blanks(limit) },
  'a body of a byte more': { body: blanks(limit + 1) },
  'a body twice as large': { body: blanks(2 * limit) },
  'a query': { path: hook => `${hook}?x=1` },
  'an empty query': { path: hook => `${hook}?` },
  'a slash behind': { path: hook => `${hook}/` },
  'the path in upper case': { path: hook => `/hook/${hook.slice(6).toUpperCase()}` },
  'the path escaped': { path: hook => hook.replace('/hook/', '/hook/%') },
  'a letter of the path escaped': {
    path: hook => `/hook/%${hook.charCodeAt(6).toString(16)}${hook.slice(7)}`,
  },
  'a part of the path': { path: hook => hook.slice(0, -1) },
  'two slashes before the digits': { path: hook => hook.replace('/hook/', '/hook//') },
  'two slashes in front': { path: hook => `/${hook}` },
  'a dot in the path': { path: hook => hook.replace('/hook/', '/hook/./') },
  'two dots in the path': { path: hook => hook.replace('/hook/', '/hook/x/../') },
  'the path of nobody': { path: () => `/hook/${'0'.repeat(64)}` },
  'the path of nobody with a body too large': { path: () => '/hook/x', body: blanks(limit + 1) },
  'the bare path': { path: () => '/hook/' },
  'the bare path without a slash': { path: () => '/hook' },
  'the bare path without a slash, by GET': { method: 'GET', path: () => '/hook' },
  'the bare path without a slash, by HEAD': { method: 'HEAD', path: () => '/hook' },
  'another path': { path: () => '/' },
  'another path by GET': { method: 'GET', path: () => '/metrics' },
  'another path by HEAD': { method: 'HEAD', path: () => '/metrics' },
  'another path with a body too large': { path: () => '/x', body: blanks(limit + 1) },
  'two slashes at another path': { path: () => '/x//y' },
};

const hmac: Record<string, Sent> = {
  ...Object.fromEntries(
    ['sha1', 'sha256', 'sha512'].map(algorithm => [
      `a signature by ${algorithm}`,
      { headers: { 'X-Signature': signature(algorithm, push) }, body: push },
    ]),
  ),
  'a signature in upper case': {
    headers: { 'X-Signature': `sha256=${hex('sha256', push).toUpperCase()}` },
    body: push,
  },
  'a signature of an empty body': { headers: { 'X-Signature': signature('sha256', '') } },
  'no signature': { body: push },
  'an empty signature': { headers: { 'X-Signature': '' }, body: push },
  'a signature of another body': { headers: { 'X-Signature': signature('sha256', '{}') }, body: push },
  'a signature by another key': { headers: { 'X-Signature': signature('sha256', push, 'x') }, body: push },
  'a signature by an empty key': { headers: { 'X-Signature': signature('sha256', push, '') }, body: push },
  'a signature by md5': { headers: { 'X-Signature': signature('md5', push) }, body: push },
  'a signature by sha384': { headers: { 'X-Signature': signature('sha384', push) }, body: push },
  'the prefix of another algorithm': {
    headers: { 'X-Signature': `sha1=${hex('sha256', push)}` },
    body: push,
  },
  'a prefix in upper case': { headers: { 'X-Signature': `SHA256=${hex('sha256', push)}` }, body: push },
  'no prefix': { headers: { 'X-Signature': hex('sha256', push) }, body: push },
  'half of a signature': {
    headers: { 'X-Signature': `sha256=${hex('sha256', push).slice(0, 32)}` },
    body: push,
  },
  'a signature in a header of GitHub': {
    headers: { 'X-Hub-Signature-256': signature('sha256', push) },
    body: push,
  },
  'a signature behind another': {
    headers: [
      ['X-Signature', 'sha256=00'],
      ['X-Signature', signature('sha256', push)],
    ],
    body: push,
  },
  'a signature before another': {
    headers: [
      ['X-Signature', signature('sha256', push)],
      ['X-Signature', 'sha256=00'],
    ],
    body: push,
  },
  'a body of the largest size': {
    headers: { 'X-Signature': signature('sha256', blanks(limit)) },
    body: blanks(limit),
  },
};

const compressed = gzipSync(push);

const githubCases: Record<string, Sent> = {
  'a push': github(push),
  'a push as a form': github(pushForm, form),
  'a ping': github(text({ zen: 'Keep it logically awesome.', hook_id: 1 }), { 'X-GitHub-Event': 'ping' }),
  'the older signature only': without(github(push), 'X-Hub-Signature-256'),
  'the newer signature only': without(github(push), 'X-Hub-Signature'),
  'a newer signature that is wrong, an older that is right': github(push, {
    'X-Hub-Signature-256': signature('sha256', '{}'),
  }),
  'a newer signature that is right, an older that is wrong': github(push, {
    'X-Hub-Signature': signature('sha1', '{}'),
  }),
  'a newer signature by another algorithm': github(push, { 'X-Hub-Signature-256': signature('sha1', push) }),
  'an empty newer signature': github(push, { 'X-Hub-Signature-256': '' }),
  'no signature': without(github(push), 'X-Hub-Signature', 'X-Hub-Signature-256'),
  'a signature of the payload of a form': github(pushForm, {
    ...form,
    'X-Hub-Signature': signature('sha1', push),
    'X-Hub-Signature-256': signature('sha256', push),
  }),
  'no Content-Type': without(github(push), 'Content-Type'),
  'a Content-Type with a charset': github(push, { 'Content-Type': 'application/json; charset=utf-8' }),
  'a Content-Type in upper case': github(push, { 'Content-Type': 'Application/JSON' }),
  'a Content-Type that is malformed': github(push, { 'Content-Type': 'application/json; charset' }),
  'a Content-Type of text': github(push, { 'Content-Type': 'text/plain' }),
  'a Content-Type of a form in parts': github(push, { 'Content-Type': 'multipart/form-data; boundary=x' }),
  'a form with a semicolon': github('payload=a;b', form),
  'a form with an escape that is none': github('payload=%zz', form),
  'a form without a payload': github('x=1', form),
  'a form with too many fields': github('&'.repeat(10_000), form),
  'a body that is no JSON': github('{{{'),
  'an empty body': github(''),
  'a body that is compressed': github(compressed, { 'Content-Encoding': 'gzip' }),
  'no event': without(github(push), 'X-GitHub-Event'),
};

/** Content types as somebody may write them. */
const contentTypes: Record<string, Sent> = Object.fromEntries(
  [
    'application/json;',
    'application/json ;',
    'application/json;;',
    'application/json; ;',
    'application/json; charset="utf-8"',
    'application/json; charset="utf-8',
    'application/json; charset=utf 8',
    'application/json; charset=',
    'application/json; =utf-8',
    'application/json; charset=utf-8; charset=utf-8',
    'application/json; charset=utf-8; charset=latin1',
    'application/json; charset=utf-8; CHARSET=utf-8',
    "application/json; charset*=us-ascii'en-us'x",
    'application/json; a*0=x; a*1=y',
    'application/json; a="\\""',
    'application/json; a = b',
    'application/json; a=b c=d',
    'application/json, text/plain',
    'application / json',
    ' application/json',
    'application',
    'application/',
    '/json',
    'application/json/x',
    'application/vnd.github+json',
    'text/json',
    ';',
  ].map(type => [`the Content-Type ${type}`, github(push, { 'Content-Type': type })]),
);

const githubEvents: Record<string, Sent> = {
  'a push': github(push),
  'a ping': github(push, { 'X-GitHub-Event': 'ping' }),
  'an event in another case': github(push, { 'X-GitHub-Event': 'PuSh' }),
  'an event of the same letters to Unicode': github(push, { 'X-GitHub-Event': bytes('pu\u017fh') }),
  'an event that is not wanted': github(push, { 'X-GitHub-Event': 'issues' }),
  'an event that begins like one': github(push, { 'X-GitHub-Event': 'pushed' }),
  'no event': without(github(push), 'X-GitHub-Event'),
  'an event that is wanted behind one that is not': {
    headers: [
      ...Object.entries(without(github(push), 'X-GitHub-Event').headers ?? {}).map(
        ([k, v]) => [k, v] as [string, string],
      ),
      ['X-GitHub-Event', 'issues'],
      ['X-GitHub-Event', 'push'],
    ],
    body: push,
  },
};

const gitlab = (more: Record<string, string> = {}): Sent => ({
  headers: {
    ...json,
    'User-Agent': 'GitLab/17.0.0',
    'X-Gitlab-Instance': 'https://gitlab.com',
    'X-Gitlab-Event': 'Push Hook',
    'X-Gitlab-Token': token,
    ...more,
  },
  body: text({ object_kind: 'push', ref: 'refs/heads/main' }),
});

const gitlabCases: Record<string, Sent> = {
  'a push': gitlab(),
  'a tag': gitlab({ 'X-Gitlab-Event': 'Tag Push Hook' }),
  'an event in another case': gitlab({ 'X-Gitlab-Event': 'push hook' }),
  'an event that is not wanted': gitlab({ 'X-Gitlab-Event': 'Pipeline Hook' }),
  'no event': without(gitlab(), 'X-Gitlab-Event'),
  'another token': gitlab({ 'X-Gitlab-Token': 'other' }),
  'the token in another case': gitlab({ 'X-Gitlab-Token': token.toUpperCase() }),
  'an empty token': gitlab({ 'X-Gitlab-Token': '' }),
  'no token': without(gitlab(), 'X-Gitlab-Token'),
  'no body': { ...gitlab(), body: '' },
};

const bitbucket = (body: string, more: Record<string, string> = {}): Sent => ({
  headers: { ...json, 'X-Event-Key': 'repo:push', 'X-Hub-Signature': signature('sha256', body), ...more },
  body,
});

const bitbucketCases: Record<string, Sent> = {
  'a push to the cloud': bitbucket(push),
  'a push to a server': bitbucket(push, { 'X-Event-Key': 'repo:refs_changed' }),
  'a test of the connection': bitbucket('{"test": true}', { 'X-Event-Key': 'diagnostics:ping' }),
  'a signature of another body': bitbucket(push, { 'X-Hub-Signature': signature('sha256', '{}') }),
  'no signature': without(bitbucket(push), 'X-Hub-Signature'),
};

const harborCases: Record<string, Sent> = {
  'a push': { headers: { ...json, Authorization: token }, body: text({ type: 'PUSH_ARTIFACT' }) },
  'a token with a scheme': { headers: { ...json, Authorization: `Bearer ${token}` }, body: '{}' },
  'another token': { headers: { ...json, Authorization: 'x' }, body: '{}' },
  'no token': { headers: json, body: '{}' },
  'no body': { headers: { Authorization: token } },
};

/** What decides of bodies that are only decoded. */
const decoded = (good: object, wrong: Record<string, string>): Record<string, Sent> => ({
  'an event': { headers: json, body: text(good) },
  'an event without a Content-Type': { body: text(good) },
  'an event and more behind it': { headers: json, body: `${text(good)} trailing` },
  'two events': { headers: json, body: text(good) + text(good) },
  'no body': { headers: json },
  'an empty object': { headers: json, body: '{}' },
  null: { headers: json, body: 'null' },
  'a list': { headers: json, body: '[]' },
  'a string': { headers: json, body: '"x"' },
  'half an event': { headers: json, body: text(good).slice(0, -2) },
  'a body that is compressed': {
    headers: { ...json, 'Content-Encoding': 'gzip' },
    body: gzipSync(text(good)),
  },
  'a body nested too deep': { headers: json, body: `{"x": ${'['.repeat(10_001)}${']'.repeat(10_001)}}` },
  'a body nested just so': { headers: json, body: `{"x": ${'['.repeat(9_999)}${']'.repeat(9_999)}}` },
  ...Object.fromEntries(Object.entries(wrong).map(([name, body]) => [name, { headers: json, body }])),
});

const dockerhub = decoded(
  {
    push_data: { pushed_at: 1417566161, tag: 'latest' },
    repository: { repo_url: 'https://registry.hub.docker.com/u/org/app/' },
  },
  {
    'a tag that is a number': '{"push_data": {"tag": 1}}',
    'a tag in another case that is a number': '{"PUSH_DATA": {"Tag": 1}}',
    'a tag that is null': '{"push_data": {"tag": null}, "repository": null}',
    'a repository that is a list': '{"repository": []}',
  },
);

const quay = decoded(
  { name: 'repository', docker_url: 'quay.io/org/app', updated_tags: ['latest'] },
  {
    'tags that are text': '{"updated_tags": "latest"}',
    'a tag that is a number': '{"updated_tags": ["x", 1]}',
    'tags that are null': '{"updated_tags": [null]}',
  },
);

const acr = decoded(
  {
    id: 'x',
    action: 'push',
    target: { repository: 'app', tag: 'v1', size: 524 },
    request: { host: 'x.azurecr.io' },
  },
  { 'an action that is a list': '{"action": []}', 'a target that is text': '{"target": "x"}' },
);

const nexus = (body: string, given = hex('sha1', body)): Sent => ({
  headers: { ...json, 'X-Nexus-Webhook-Id': 'rm:repository:component', 'X-Nexus-Webhook-Signature': given },
  body,
});
const component = text({ action: 'CREATED', repositoryName: 'docker', component: { name: 'app' } });

const nexusCases: Record<string, Sent> = {
  'an event': nexus(component),
  'a signature with a prefix': nexus(component, signature('sha1', component)),
  'a signature in upper case': nexus(component, hex('sha1', component).toUpperCase()),
  'a signature by sha256': nexus(component, hex('sha256', component)),
  'a signature of another body': nexus(component, hex('sha1', '{}')),
  'an empty signature': nexus(component, ''),
  'no signature': { headers: json, body: component },
  'an event and more behind it': nexus(`${component} x`),
  'a body that is no JSON': nexus('{'),
  'a body that is empty': nexus(''),
  'a body that is null': nexus('null'),
  'an action that is a number': nexus('{"action": 1}'),
};

const wrapped = (data: unknown) =>
  text({
    message: {
      data: Buffer.from(text(data)).toString('base64'),
      messageId: '1',
      publishTime: '2026-11-29T18:00:00Z',
      subscription: 'x',
    },
  });

/** A message of Pub/Sub in the name of a service account. */
function google({ token: of }: Issuer): Cases {
  const robot = {
    iss: 'https://accounts.google.com',
    aud: 'https://hooks.example.com',
    email: 'robot@project.iam.gserviceaccount.com',
    email_verified: true,
  };
  const now = Math.floor(Date.now() / 1000);
  const insert = wrapped({ action: 'INSERT', digest: 'registry/app@sha256:1', tag: 'registry/app:1' });
  const sent = (claims: object = {}, header: object = {}, by = 'rsa', body = insert): Sent => ({
    headers: { ...json, Authorization: `Bearer ${of({ ...robot, ...claims }, { ...header }, by)}` },
    body,
  });
  const message = (data: unknown, more: object = {}) => text({ message: { data, ...more } });
  const base64 = (value: string) => Buffer.from(value).toString('base64');
  const about = (body: string) => sent({}, {}, 'rsa', body);
  return {
    gcr: {
      'no token': { headers: json, body: insert },
      'a token that is none': { headers: { ...json, Authorization: 'Bearer x' }, body: insert },
      'the token of the Secret': { headers: { ...json, Authorization: `Bearer ${token}` }, body: insert },
      'a token of the account': sent(),
      'a token by ES256': sent({}, { alg: 'ES256' }, 'ec'),
      'a token by PS256': sent({}, { alg: 'PS256' }),
      'a token by RS512': sent({}, { alg: 'RS512' }),
      'a token without a signature': sent({}, { alg: 'none' }),
      'a token by HMAC with the public key': sent({}, { alg: 'HS256' }),
      'a token by a key that is not published': sent({}, {}, 'hidden'),
      'a token without kid': sent({}, { kid: undefined }),
      'a token with an unknown kid': sent({}, { kid: 'x' }),
      'a token of the issuer without a scheme': sent({ iss: 'accounts.google.com' }),
      'a token of another issuer': sent({ iss: 'https://accounts.example.com' }),
      'a token of no issuer': sent({ iss: undefined }),
      'a token for somebody else': sent({ aud: 'https://other.example.com' }),
      'a token for several': sent({ aud: [robot.aud] }),
      'a token for nobody': sent({ aud: undefined }),
      'a token of another account': sent({ email: 'other@project.iam.gserviceaccount.com' }),
      'a token of the account in another case': sent({ email: robot.email.toUpperCase() }),
      'a token of no account': sent({ email: undefined }),
      'a token of an account that is not verified': sent({ email_verified: false }),
      'a token of an account of which that is not said': sent({ email_verified: undefined }),
      'a token of an account of which that is said as text': sent({ email_verified: 'true' }),
      'a token that has expired': sent({ exp: now - 60 }),
      'a token without an end': sent({ exp: undefined }),
      'a token whose end has a fraction': sent({ exp: now + 60.5 }),
      'a token that begins in an hour': sent({ nbf: now + 3600 }),
      'a scheme in another case': {
        headers: { ...json, Authorization: `bearer ${of(robot)}` },
        body: insert,
      },
      'two blanks before the token': {
        headers: { ...json, Authorization: `Bearer  ${of(robot)}` },
        body: insert,
      },
      'no body': about(''),
      'a body without a message': about('{}'),
      'a message without data': about(message(undefined)),
      'data that are no base64': about(message('***')),
      'data without padding': about(message('e30')),
      'data in lines': about(message('e3\n0=')),
      'data that are no JSON': about(message(base64('{'))),
      'data and more behind them': about(message(base64('{} {}'))),
      'data that are null': about(message(base64('null'))),
      'data that are a list': about(message(base64('[]'))),
      'a tag that is a number': about(message(base64('{"tag": 1}'))),
      'a time that is none': about(message(base64('{}'), { publishTime: 'now' })),
      'a time': about(message(base64('{}'), { publishTime: '2026-11-29T18:00:00.1Z' })),
      'a message and more behind it': about(`${insert} x`),
    },
    'filter-gcr': {
      'an image that is new': sent(),
      'an image that is gone': about(wrapped({ action: 'DELETE' })),
      'an action in another case': about(wrapped({ ACTION: 'INSERT', more: 1 })),
      'what is not of the message': about(text({ action: 'INSERT', message: { data: base64('{}') } })),
      'no Content-Type': without(sent(), 'Content-Type'),
    },
  };
}

const filtered: Cases = {
  filter: {
    'an object that is meant': { headers: json, body: text({ tag: 'registry/beta:1' }) },
    'none that is meant': { headers: json, body: text({ tag: 'registry/other:1' }) },
    'a Content-Type with a charset': {
      headers: { 'Content-Type': 'application/json; charset=utf-8' },
      body: text({ tag: 'beta' }),
    },
    'a second Content-Type': {
      headers: { 'Content-Type': 'text/plain, application/json' },
      body: text({ tag: 'beta' }),
    },
    'no Content-Type': { body: text({ tag: 'beta' }) },
    'no field': { headers: json, body: '{}' },
    'a field that is a number': { headers: json, body: text({ tag: 1 }) },
    'a body that is no JSON': { headers: json, body: '{' },
    'a body that is a list': { headers: json, body: '[]' },
    'a body that is null': { headers: json, body: 'null' },
    'no body': { headers: json },
    'a body and more behind it': { headers: json, body: `${text({ tag: 'beta' })} x` },
    'a body nested too deep': { headers: json, body: `{"x": ${'['.repeat(10_001)}${']'.repeat(10_001)}}` },
    'a number that is too large': { headers: json, body: '{"tag": "beta", "n": 1e400}' },
    'a number that is too small': { headers: json, body: '{"tag": "beta", "n": 1e-400}' },
    'a key twice': { headers: json, body: '{"tag": "x", "tag": "beta"}' },
    'a key in another case': { headers: json, body: '{"TAG": "beta"}' },
    'bytes that are no UTF-8': { headers: json, body: Buffer.from('{"tag": "beta\xff"}', 'latin1') },
    'half a character': { headers: json, body: '{"tag": "beta\\ud800"}' },
    'a mark of byte order': { headers: json, body: '\ufeff{"tag": "beta"}' },
    'a comma too many': { headers: json, body: '{"tag": "beta",}' },
    'a control character': { headers: json, body: '{"tag": "beta\u0001"}' },
    'a number with a zero in front': { headers: json, body: '{"tag": "beta", "n": 01}' },
  },
  'filter-each': {
    'all of them': { headers: json, body: text({ tag: 'gamma' }) },
    'but one': { headers: json, body: text({ tag: 'x' }) },
    none: { headers: json, body: text({ tag: 'none' }) },
  },
  'filter-kind': { 'any request': {} },
  'filter-numbers': {
    'a number': { headers: json, body: text({ n: 3 }) },
    'another number': { headers: json, body: text({ n: 4 }) },
  },
  'filter-remainder': { 'a number': { headers: json, body: text({ n: 3 }) } },
  'filter-empty': {
    'no body': {},
    'a body of text': { headers: { 'Content-Type': 'text/plain' }, body: '{"a": 1}' },
    'a body of JSON': { headers: json, body: '{"a": 1}' },
    null: { headers: json, body: 'null' },
  },
  'filter-missing': { 'any request': {} },
  'filter-form': {
    'a push': github(push),
    'a push as a form': github(pushForm, form),
  },
  'filter-strings': {
    'the image of the object': { headers: json, body: text({ tag: 'region/project/alpha:1.1' }) },
    'another image': { headers: json, body: text({ tag: 'region/project/other:1.1' }) },
    'no image': { headers: json, body: text({ tag: '' }) },
  },
};

const event = (type: string, content: object, more: { context?: object; subject?: object } = {}) => ({
  context: {
    version: '0.4.1',
    id: '271069a8-fc18-44f1-b38f-9d70a1695819',
    source: '/event/source/123',
    type,
    timestamp: '2023-03-20T14:27:05.315384Z',
    ...more.context,
  },
  subject: {
    id: 'mySubject123',
    source: '/event/source/123',
    type: type.split('.')[2],
    content,
    ...more.subject,
  },
});
const merged = 'dev.cdevents.change.merged.0.2.0';
const cdevent = (body: object | string, header = merged): Sent => ({
  headers: { ...json, 'Ce-Type': header },
  body: typeof body === 'string' ? body : text(body),
});

const cdevents: Cases = {
  cdevents: {
    'a merge': cdevent(event(merged, { repository: { id: 'r' } })),
    'no header': { headers: json, body: text(event(merged, {})) },
    'a body that is no JSON': cdevent('{'),
    'no body': cdevent(''),
    'an unknown type': cdevent(event('dev.cdevents.change.sung.0.1.0', {})),
  },
  'cdevents-merged': {
    'a merge': cdevent(event(merged, {})),
    'a merge in another case': cdevent(event(merged, {}), merged.toUpperCase()),
    'an event that is not wanted': cdevent(event(merged, {}), 'dev.cdevents.change.created.0.3.0'),
    'no header': { headers: json, body: text(event(merged, {})) },
  },
};

const others: Cases = Object.fromEntries(
  [
    'suspended',
    'suspended-first',
    'broken',
    'no-token',
    'no-secret',
    'labels',
    'labels-two',
    'labels-none',
    'labels-odd',
    'labels-empty',
    'wildcard',
    'several',
    'missing',
    'elsewhere',
    'elsewhere-labels',
    'own-namespace',
    'other-kind',
    'other-version',
    'filter-not-boolean',
    'filter-not-cel',
    'filter-unknown',
    'filter-each-not-cel',
    'oidc-not-cel',
    'oidc-not-boolean',
    'gcr-anonymous',
  ].map(name => [name, { 'any request': { headers: json, body: '{}' } }]),
);

function oidc({ token: of, url }: Issuer): Cases {
  const bearer = (jwt: string, more: Partial<Sent> = {}): Sent => ({
    ...more,
    headers: { ...json, Authorization: `Bearer ${jwt}` },
  });
  const now = Math.floor(Date.now() / 1000);
  const tampered = (jwt: string) => {
    const [header, , end] = jwt.split('.');
    const claims = Buffer.from(of({ org: 'mine', admin: true }).split('.')[1] ?? '', 'base64url').toString();
    return `${header}.${Buffer.from(claims).toString('base64url')}.${end}`;
  };
  return {
    oidc: {
      'a token by RS256': bearer(of()),
      'a token by PS256': bearer(of({}, { alg: 'PS256' })),
      'a token by ES256': bearer(of({}, { alg: 'ES256' }, 'ec')),
      'a token by ES384': bearer(of({}, { alg: 'ES384' }, 'ec384')),
      'a token by EdDSA': bearer(of({}, { alg: 'EdDSA' }, 'ed')),
      'a token by an algorithm that is not listed': bearer(of({}, { alg: 'RS512' })),
      'a token without a signature': bearer(of({}, { alg: 'none' })),
      'a token by HMAC with the public key': bearer(of({}, { alg: 'HS256' })),
      'a token by a key that is not published': bearer(of({}, {}, 'hidden')),
      'a token by a key of another kind': bearer(of({}, { kid: 'ec' })),
      'a token whose header names another algorithm': bearer(
        of({}, { alg: 'ES256' }, 'ec').replace(
          /^[^.]+/,
          Buffer.from(text({ alg: 'RS256', kid: 'ec' })).toString('base64url'),
        ),
      ),
      'a token without kid': bearer(of({}, { kid: undefined })),
      'a token with an unknown kid': bearer(of({}, { kid: 'x' })),
      'a token that was changed': bearer(tampered(of())),
      'a token with a critical header': bearer(of({}, { crit: ['x'], x: 1 })),
      'a token with a key of its own': bearer(of({}, { jwk: { kty: 'oct', k: 'eA' } })),
      'a token of somebody else': bearer(of({ org: 'other' })),
      'a token without the claim': bearer(of({ org: undefined })),
      'a token that has expired': bearer(of({ exp: now - 60 })),
      'a token without an end': bearer(of({ exp: undefined })),
      'a token whose end is text': bearer(of({ exp: 'later' })),
      'a token that begins in a minute': bearer(of({ nbf: now + 60 })),
      'a token that begins in an hour': bearer(of({ nbf: now + 3600 })),
      'a token of the future': bearer(of({ iat: now + 3600 })),
      'a token for somebody else': bearer(of({ aud: 'somebody' })),
      'a token for nobody': bearer(of({ aud: undefined })),
      'a token for several': bearer(of({ aud: ['somebody', 'notification-controller'] })),
      'a token of another issuer': bearer(of({ iss: 'https://issuer.example.com' })),
      'a token of an issuer with a slash more': bearer(of({ iss: `${url}/` })),
      'a token of no issuer': bearer(of({ iss: undefined })),
      'a token of an issuer that is no text': bearer(of({ iss: 1 })),
      'a token of two parts': bearer(of().split('.').slice(0, 2).join('.')),
      'a token that is none': bearer('x.y.z'),
      'an empty token': bearer(''),
      'blanks before the token': bearer(`  ${of()}`),
      'another scheme': { headers: { ...json, Authorization: `Basic ${of()}` } },
      'a scheme in another case': { headers: { ...json, Authorization: `bearer ${of()}` } },
      'no token': { headers: json, body: '{}' },
      'a token with a number that is too large': bearer(of().replace(/\.[^.]*\./, '.e30.')),
      'a token whose subject is a number': bearer(of({ sub: 1 })),
      'a token whose subject is null': bearer(of({ sub: null })),
      'a token whose audience is a number': bearer(of({ aud: 1 })),
      'a token whose audience has a number': bearer(of({ aud: ['notification-controller', 1] })),
      'a token whose audience is null': bearer(of({ aud: null })),
      'a token whose end has a fraction': bearer(of({ exp: now + 60.5 })),
      'a token whose end is a number as text': bearer(of({ exp: String(now + 60) })),
      'a token whose time is text': bearer(of({ iat: 'now' })),
      'a token whose time is null': bearer(of({ iat: null, nbf: null })),
      'a token with a nonce that is a number': bearer(of({ nonce: 1 })),
      'a token with claims of others': bearer(of({ _claim_names: { a: 'b' } })),
      'a token with claims of others that are there': bearer(
        of({ _claim_names: { a: 'b' }, _claim_sources: { b: { endpoint: 'https://x' } } }),
      ),
      'a token of type at+jwt': bearer(of({}, { typ: 'at+jwt' })),
      'a token and more behind it': bearer(`${of()}.x`),
      'a token in padded base64': bearer(of().replace(/\.([^.]*)\./, (_, part) => `.${part}==.`)),
      'blanks behind the token': bearer(`${of()}  `),
      'a second header': {
        headers: [
          ['Authorization', 'Bearer x'],
          ['Authorization', `Bearer ${of()}`],
        ],
        body: '{}',
      },
      'a GET': bearer(of(), { method: 'GET' }),
    },
    'oidc-audience': {
      'a token for it': bearer(of({ aud: 'somebody' })),
      'a token for the default': bearer(of()),
    },
    'oidc-variables': {
      'a token of the first': bearer(of({ repository: 'mine/a' })),
      'a token of the second': bearer(of({ repository: 'mine/b' })),
      'a token of a third': bearer(of({ repository: 'mine/c' })),
      'a token of somebody else': bearer(of({ org: 'other', repository: 'other/a' })),
      'a token without the claim': bearer(of()),
    },
    'oidc-filter': {
      'a token that names an object': bearer(of({ repository: 'alpha' }), { body: '{}' }),
      'a token that names another': bearer(of({ repository: 'beta' }), { body: text({ x: 2 }) }),
      'a body that does not suit': bearer(of({ repository: 'beta' }), { body: text({ x: 1 }) }),
      'a body that is no JSON': bearer(of({ repository: 'beta' }), { body: '{' }),
    },
    'oidc-variable-later': { 'a token': bearer(of()) },
    'oidc-numbers': { 'a number': bearer(of({ run: 3 })), 'another number': bearer(of({ run: 4 })) },
    'oidc-slash': {
      'a token': bearer(of({ iss: `${url}/slash/` })),
      'a token of one without a slash': bearer(of({ iss: `${url}/slash` })),
    },
    'oidc-plain': {
      'a token by RS256': bearer(of({ iss: `${url}/plain` })),
      'a token by ES256': bearer(of({ iss: `${url}/plain` }, { alg: 'ES256' }, 'ec')),
    },
    'oidc-secret': {
      'a token by RS256': bearer(of({ iss: `${url}/secret` })),
      'a token by HMAC with the public key': bearer(of({ iss: `${url}/secret` }, { alg: 'HS256' })),
      'a token without a signature': bearer(of({ iss: `${url}/secret` }, { alg: 'none' })),
    },
    'oidc-keyless': { 'a token': bearer(of({ iss: `${url}/keyless` })) },
    'oidc-nameless': {
      'a token with a kid': bearer(of({ iss: `${url}/nameless` })),
      'a token without one': bearer(of({ iss: `${url}/nameless` }, { kid: undefined })),
      'a token with an empty one': bearer(of({ iss: `${url}/nameless` }, { kid: '' })),
    },
    'oidc-text': { 'a token': bearer(of({ iss: `${url}/text` })) },
    'oidc-cel': {
      'a token': bearer(of({ groups: ['x', 'y'] })),
      'a token of others': bearer(of({ groups: ['y'] })),
      'a token without groups': bearer(of()),
    },
    'oidc-nobody': { 'a token': bearer(of({ iss: `${url}/nobody` })) },
    'oidc-other': { 'a token': bearer(of({ iss: `${url}/other` })) },
  };
}

const odd = bytes(oddToken);

/** What differs where references to other namespaces are refused. */
export const forOthers: Cases = {
  elsewhere: { 'any request': {} },
  'elsewhere-labels': { 'any request': {} },
  'own-namespace': { 'any request': {} },
  labels: { 'any request': {} },
};

/** All of them. Tokens of the issuer are made anew. */
export function casesWith(issuer: Issuer): Cases {
  return {
    generic,
    hmac,
    'hmac-odd': {
      'a signature': { headers: { 'X-Signature': signature('sha256', push, oddToken) }, body: push },
    },
    github: { ...githubCases, ...contentTypes },
    'github-events': githubEvents,
    gitlab: gitlabCases,
    'events-odd': {
      'an event': gitlab(),
      'no event': without(gitlab(), 'X-Gitlab-Event'),
      'the sign of a unit': gitlab({ 'X-Gitlab-Event': bytes('\u212a') }),
    },
    'gitlab-odd': {
      'the token': gitlab({ 'X-Gitlab-Token': odd }),
      'a part of it': gitlab({ 'X-Gitlab-Token': odd.slice(0, 4) }),
    },
    bitbucket: bitbucketCases,
    harbor: harborCases,
    dockerhub,
    quay,
    acr,
    nexus: nexusCases,
    ...google(issuer),
    ...cdevents,
    ...filtered,
    ...Object.fromEntries(
      expressions.map((expression, i) => [`cel-${i}`, { [expression]: { headers: json, body: text(body) } }]),
    ),
    ...others,
    ...oidc(issuer),
  };
}
