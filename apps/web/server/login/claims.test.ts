import type { JsonObject } from '@millrace/json';
import { describe, expect, test } from 'vitest';
import { type ClaimRules, identityOf } from './claims.ts';

const issuer = 'https://login.example.com';
const usual: ClaimRules = {
  issuer,
  usernameClaim: 'sub',
  usernamePrefix: undefined,
  groupsClaim: 'groups',
  groupsPrefix: '',
};
const who = (claims: JsonObject, rules: Partial<ClaimRules> = {}) =>
  identityOf(claims, { ...usual, ...rules });

describe('who somebody is', () => {
  test.each<[string, JsonObject, Partial<ClaimRules>, string, string[]]>([
    ['the issuer stands before a subject', { sub: '7' }, {}, `${issuer}#7`, []],
    ['nothing stands before an address', { email: 'a@b.c' }, { usernameClaim: 'email' }, 'a@b.c', []],
    [
      'an address may be verified',
      { email: 'a@b.c', email_verified: true },
      { usernameClaim: 'email' },
      'a@b.c',
      [],
    ],
    ['a dash is no prefix', { sub: '7' }, { usernamePrefix: '-' }, '7', []],
    ['a prefix is one', { sub: '7', groups: ['dev'] }, { usernamePrefix: 'oidc:' }, 'oidc:7', ['dev']],
    [
      'groups have their own',
      { sub: '7', groups: ['dev'] },
      { groupsPrefix: 'g:' },
      `${issuer}#7`,
      ['g:dev'],
    ],
    ['one group needs no list', { sub: '7', roles: 'dev' }, { groupsClaim: 'roles' }, `${issuer}#7`, ['dev']],
    ['a group counts once', { sub: '7', groups: ['dev', 'dev'] }, {}, `${issuer}#7`, ['dev']],
    [
      'a prefix keeps system names apart',
      { sub: '7', groups: ['system:masters'] },
      { groupsPrefix: 'g:' },
      `${issuer}#7`,
      ['g:system:masters'],
    ],
  ])('%s', (_, claims, rules, user, groups) => {
    expect(who(claims, rules)).toEqual({ user, groups });
  });

  test.each<[string, JsonObject, Partial<ClaimRules>]>([
    ['nobody', {}, {}],
    ['an empty name', { sub: '' }, {}],
    ['blanks', { sub: ' ' }, { usernamePrefix: 'oidc:' }],
    ['a number', { sub: 7 }, {}],
    ['a list', { sub: ['7'] }, {}],
    [
      'an address that is not verified',
      { email: 'a@b.c', email_verified: false },
      { usernameClaim: 'email' },
    ],
    ['one of which that is unclear', { email: 'a@b.c', email_verified: 'true' }, { usernameClaim: 'email' }],
    ['a user of Kubernetes', { sub: 'system:admin' }, { usernamePrefix: '-' }],
    ['an account', { sub: 'serviceaccount:kube-system:x' }, { usernamePrefix: 'system:' }],
    ['a group of Kubernetes', { sub: '7', groups: ['dev', 'system:masters'] }, {}],
    ['one by its prefix', { sub: '7', groups: ['masters'] }, { groupsPrefix: 'system:' }],
    ['an empty group', { sub: '7', groups: [''] }, { groupsPrefix: 'g:' }],
    ['a group with a line break', { sub: '7', groups: ['dev\r\nImpersonate-User: admin'] }, {}],
    ['a group with blanks around', { sub: '7', groups: ['dev '] }, {}],
    ['groups that are none', { sub: '7', groups: { dev: true } }, {}],
    ['a name with a line break', { sub: 'a\nb' }, {}],
    ['a name that no header can carry', { sub: 'zoë' }, {}],
  ])('%s is refused', (_, claims, rules) => {
    expect(() => who(claims, rules)).toThrow(expect.objectContaining({ name: 'LoginRefused' }));
  });
});
