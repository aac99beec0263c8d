import { body, expressions } from '../expressions.ts';
import { oddToken } from '../fleet.ts';
import type { Issuer } from '../issuer.ts';
import { cdevents } from './cdevents.ts';
import { filtered } from './filters.ts';
import { generic, hmac } from './generic.ts';
import {
  bitbucketCases,
  contentTypes,
  githubCases,
  githubEvents,
  gitlab,
  gitlabCases,
} from './git-services.ts';
import { google } from './google.ts';
import { oidc } from './oidc.ts';
import { acr, dockerhub, harborCases, nexusCases, quay } from './registries.ts';
import { bytes, type Cases, json, push, signature, text, without } from './sent.ts';

export type { Cases, Sent } from './sent.ts';

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
