import { BlockList } from 'node:net';
import { describe, expect, test } from 'vitest';
import { clientAddress, networks } from './client-address.ts';
import { loginLimit } from './login-limit.ts';
import { returnAddress } from './return-address.ts';
import { sealOf } from './seal.ts';

describe('a seal', () => {
  const seal = sealOf('a secret');
  const text = seal.close('one', { user: 'ruby' });

  test('opens what it has closed, for the same purpose', () => {
    expect(seal.open('one', text)).toEqual({ user: 'ruby' });
    expect(seal.open('two', text)).toBeUndefined();
    expect(sealOf('another').open('one', text)).toBeUndefined();
  });

  test('never closes twice to the same text, and shows nothing', () => {
    expect(seal.close('one', { user: 'ruby' })).not.toBe(text);
    expect(Buffer.from(text, 'base64url').toString('latin1')).not.toContain('ruby');
  });

  test('is broken by a change of any bit', () => {
    const bytes = Buffer.from(text, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(seal.open('one', changed.toString('base64url'))).toBeUndefined();
    }
  });
});

describe('the address of whoever asks', () => {
  const asked = (remoteAddress: string, forwarded?: string) => {
    const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
    return { socket: { remoteAddress }, headers };
  };
  const ours = networks(['10.0.0.0/8', 'fd00::/8', '192.0.2.9']);

  test.each([
    ['is that of the connection', '198.51.100.7', '203.0.113.1', '198.51.100.7'],
    ['is what our proxy says', '10.1.2.3', '203.0.113.1', '203.0.113.1'],
    ['is what the first of ours says', '::ffff:10.1.2.3', '203.0.113.1, 192.0.2.9', '203.0.113.1'],
    ['is never what the browser says', '10.1.2.3', '127.0.0.1, 203.0.113.1', '203.0.113.1'],
    ['is that of the proxy where it says nonsense', '10.1.2.3', 'unknown', '10.1.2.3'],
    ['may be one of IPv6', 'fd00::1', '2001:db8::1', '2001:db8::1'],
  ])('%s', (_, remote, forwarded, address) => {
    expect(clientAddress(asked(remote, forwarded), ours)).toBe(address);
  });

  test('is nobody else’s where no proxy is trusted', () => {
    expect(clientAddress(asked('10.1.2.3', '203.0.113.1'), new BlockList())).toBe('10.1.2.3');
  });

  test.each(['', '10.0.0.0/33', '10.0.0/8', '10.0.0.0/8/8', 'fd00::/129', 'all', '10.0.0.0/'])(
    '%j is no network',
    text => expect(() => networks([text])).toThrow(TypeError),
  );
});

describe('logins', () => {
  test('are limited for each address, and come again with time', () => {
    let now = 0;
    const limit = loginLimit(() => now);
    const taken = (address: string, times: number) =>
      Array.from({ length: times }, () => limit.takes(address)).filter(Boolean).length;
    expect(taken('192.0.2.1', 200)).toBe(120);
    expect(taken('192.0.2.2', 10)).toBe(10);
    now += 10_000;
    expect(taken('192.0.2.1', 100)).toBe(20);
  });

  test('are limited for all, whatever addresses there are', () => {
    const limit = loginLimit(() => 0);
    let taken = 0;
    for (let i = 0; i < 20_000; i++) if (limit.takes(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`)) taken++;
    expect(taken).toBe(1200);
  });

  test('of one network of IPv6 are those of one', () => {
    const limit = loginLimit(() => 0);
    let taken = 0;
    for (let i = 0; i < 200; i++) if (limit.takes(`2001:db8:1:2::${i}`)) taken++;
    expect(taken).toBe(120);
  });
});

describe('the address to which a login leads', () => {
  const base = new URL('https://fleet.example.com');

  test.each([
    ['/object/Kustomization/a/b?tab=yaml', 'https://fleet.example.com/object/Kustomization/a/b?tab=yaml'],
    ['/', 'https://fleet.example.com/'],
    [null, 'https://fleet.example.com/'],
    ['//evil.example/x', 'https://fleet.example.com/'],
    ['/\\evil.example', 'https://fleet.example.com/'],
    ['/\t/evil.example', 'https://fleet.example.com/'],
    ['https://evil.example', 'https://fleet.example.com/'],
    ['/.//evil.example', 'https://fleet.example.com//evil.example'],
    ['@evil.example', 'https://fleet.example.com/'],
    [`/${'x'.repeat(3000)}`, 'https://fleet.example.com/'],
  ])('%j', (to, address) => {
    expect(returnAddress(to, base)).toBe(address);
  });
});
