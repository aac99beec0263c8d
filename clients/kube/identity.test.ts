import { describe, expect, test } from 'vitest';
import type { KubeClient } from './client.ts';
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

  test('name the uid, and what else is known of the user, by keys that a header can hold', () => {
    const extra = new Map([
      ['scopes', ['read', 'write']],
      ['example.org/Größe 1%', ['x']],
      ['Scopes', ['all']],
    ]);
    expect(identityHeaders({ user: 'jane', uid: '7', extra })).toEqual({
      'impersonate-user': 'jane',
      'impersonate-uid': '7',
      'impersonate-extra-scopes': ['read', 'write', 'all'],
      'impersonate-extra-example.org%2fgr%c3%b6%c3%9fe%201%25': ['x'],
    });
    expect(() => identityHeaders({ user: 'jane', extra: new Map([['', ['x']]]) })).toThrow(InvalidIdentity);
  });

  test.each(['', ' ', ' a', 'a ', 'a\r\nx: y', '\u0000'])('are refused for the user %j', name => {
    expect(() => identityHeaders({ user: name })).toThrow(InvalidIdentity);
    expect(() => identityHeaders({ user: 'jane', groups: [name] })).toThrow(InvalidIdentity);
    expect(() => identityHeaders({ user: 'jane', uid: name })).toThrow(InvalidIdentity);
    expect(() => identityHeaders({ user: 'jane', extra: new Map([['key', [name]]]) })).toThrow(
      InvalidIdentity,
    );
  });
});

/** For `npm run check`: with any of these, forgetting for whom is an error of the compiler. Never run. */
export async function requestsThatDoNotCompile(client: KubeClient): Promise<void> {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', name: 'a' };
  // @ts-expect-error in whose name?
  await client.get(ref);
  // @ts-expect-error in whose name?
  await client.create(object, {});
  // @ts-expect-error in whose name?
  await client.update(object, { fieldManager: 'me' });
  // @ts-expect-error in whose name?
  await client.patch(ref, 'merge', {}, { dryRun: true });
  // @ts-expect-error in whose name?
  await client.apply(object, { fieldManager: 'me', force: true });
  // @ts-expect-error in whose name?
  await client.delete(ref);
  // @ts-expect-error undefined is nobody
  await client.delete(ref, { as: undefined });
}
