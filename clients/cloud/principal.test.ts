import { expect, test } from 'vitest';
import { principalOf } from './principal.ts';

test.each([
  ['the ServiceAccount that it names', 'reader', true, 'default', { namespace: 'apps', name: 'reader' }],
  [
    'by default another, where objects may have identities',
    undefined,
    true,
    'default',
    { namespace: 'apps', name: 'default' },
  ],
  ['nobody by an empty name', '', true, 'default', { namespace: 'apps', name: 'default' }],
  ['the controller, where nobody is to ask for it', undefined, true, undefined, 'controller'],
  ['the controller, where objects have no identities', undefined, false, 'default', 'controller'],
])('an object asks a cloud as %s', (_, named, objectLevelIdentity, defaultServiceAccount, who) => {
  expect(principalOf('apps', named, { objectLevelIdentity, defaultServiceAccount })).toEqual(who);
});
