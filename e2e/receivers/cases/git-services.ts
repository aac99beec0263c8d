import { gzipSync } from 'node:zlib';
import { token } from '../fleet.ts';
import { bytes, form, json, push, pushForm, type Sent, signature, text, without } from './sent.ts';

/** A push as GitHub sends it. */
export const github = (body: string | Buffer, more: Record<string, string> = {}): Sent => ({
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

const compressed = gzipSync(push);

export const githubCases: Record<string, Sent> = {
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
export const contentTypes: Record<string, Sent> = Object.fromEntries(
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

export const githubEvents: Record<string, Sent> = {
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

export const gitlab = (more: Record<string, string> = {}): Sent => ({
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

export const gitlabCases: Record<string, Sent> = {
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

export const bitbucketCases: Record<string, Sent> = {
  'a push to the cloud': bitbucket(push),
  'a push to a server': bitbucket(push, { 'X-Event-Key': 'repo:refs_changed' }),
  'a test of the connection': bitbucket('{"test": true}', { 'X-Event-Key': 'diagnostics:ping' }),
  'a signature of another body': bitbucket(push, { 'X-Hub-Signature': signature('sha256', '{}') }),
  'no signature': without(bitbucket(push), 'X-Hub-Signature'),
};
