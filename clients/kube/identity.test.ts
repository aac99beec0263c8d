import { describe, expect, test } from 'vitest';
import { InvalidIdentity, identityHeaders, serviceAccount } from './identity.ts';

const odd = ['', ' ', '\t', 'a b', ' a', 'a ', 'a\n', 'a:b', 'A', '-a', 'a..b', '..', 'ü', 'a'.repeat(254)];

describe('a service account', () => {
  test('has a user name of its namespace and its own', () => {
    expect(serviceAccount('team', 'deployer.v1')).toEqual({ user: 'system:serviceaccount:team:deployer.v1' });
  });

  test.each(odd)('%j names none', name => {
    expect(() => serviceAccount('team', name)).toThrow(InvalidIdentity);
    expect(() => serviceAccount(name, 'deployer')).toThrow(InvalidIdentity);
  });
});

describe('the headers of a request', () => {
  test('name the user, and each group by itself', () => {
    const as = { user: 'jane', groups: ['a', 'b,c'] };
    expect(identityHeaders(as)).toEqual({ 'impersonate-user': 'jane', 'impersonate-group': ['a', 'b,c'] });
    expect(identityHeaders('own')).toEqual({});
  });

  test.each(['', ' ', ' a', 'a ', 'a\r\nx: y', '\u0000'])('are refused for the user %j', name => {
    expect(() => identityHeaders({ user: name })).toThrow(InvalidIdentity);
    expect(() => identityHeaders({ user: 'jane', groups: [name] })).toThrow(InvalidIdentity);
  });
});
