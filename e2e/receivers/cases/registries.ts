import { gzipSync } from 'node:zlib';
import { token } from '../fleet.ts';
import { hex, json, type Sent, signature, text } from './sent.ts';

export const harborCases: Record<string, Sent> = {
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

export const dockerhub = decoded(
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

export const quay = decoded(
  { name: 'repository', docker_url: 'quay.io/org/app', updated_tags: ['latest'] },
  {
    'tags that are text': '{"updated_tags": "latest"}',
    'a tag that is a number': '{"updated_tags": ["x", 1]}',
    'tags that are null': '{"updated_tags": [null]}',
  },
);

export const acr = decoded(
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

export const nexusCases: Record<string, Sent> = {
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
