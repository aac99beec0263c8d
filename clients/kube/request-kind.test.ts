import { expect, test } from 'vitest';
import { requestKindOf } from './request-kind.ts';

const apply = 'application/apply-patch+yaml';

test.each([
  ['GET', '/api/v1/namespaces/a/configmaps/b', undefined, 'get', 'configmaps'],
  ['GET', '/api/v1/configmaps?limit=500', undefined, 'list', 'configmaps'],
  ['GET', '/apis/apps/v1/deployments?watch=true&labelSelector=a', undefined, 'watch', 'deployments'],
  ['GET', '/api/v1/namespaces/a', undefined, 'get', 'namespaces'],
  ['PATCH', '/apis/x.io/v1/namespaces/a/things/b/status?fieldManager=m', undefined, 'patch', 'things/status'],
  ['PATCH', '/api/v1/namespaces/a/secrets/b?force=true', apply, 'apply', 'secrets'],
  ['PATCH', '/api/v1/namespaces/a/secrets/b?dryRun=All', apply, 'dry-run', 'secrets'],
  ['POST', '/api/v1/namespaces/a/events', undefined, 'create', 'events'],
  ['GET', '/apis', undefined, 'list', ''],
] as const)('%s %s is %s', (method, path, contentType, verb, resource) => {
  expect(requestKindOf({ method, path, contentType })).toEqual({ verb, resource });
});
