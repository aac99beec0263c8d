import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createIdentity, loadIdentity } from './identity.ts';

const now = new Date('2026-01-02T03:04:05Z');
let folder: string;

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'millrace-pki-')), 'pki');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('the authority vouches for the server and the administrator', () => {
  const identity = createIdentity(now);
  const authority = new X509Certificate(identity.authority.certificate);
  const server = new X509Certificate(identity.server.certificate);
  const administrator = new X509Certificate(identity.administrator.certificate);
  expect(authority.ca).toBe(true);
  for (const leaf of [server, administrator]) {
    expect(leaf.ca).toBe(false);
    expect(leaf.checkIssued(authority)).toBe(true);
    expect(leaf.verify(authority.publicKey)).toBe(true);
    expect(Date.parse(leaf.validTo)).toBeGreaterThan(now.getTime() + 9 * 365 * 86_400_000);
  }
  expect(server.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(server.checkHost('localhost')).toBe('localhost');
  expect(administrator.subject).toBe('O=system:masters\nCN=kubernetes-admin');
});

test('an identity is kept, readable by its owner only, until it nears its end', () => {
  const first = loadIdentity(folder, now);
  expect(loadIdentity(folder, now)).toEqual(first);
  expect(statSync(join(folder, 'authority.key')).mode & 0o777).toBe(0o600);
  const later = new Date(now.getTime() + 10 * 365 * 86_400_000);
  expect(loadIdentity(folder, later)).not.toEqual(first);
});

test('pairs of two authorities, as a crash leaves them, are made anew', () => {
  loadIdentity(folder, now);
  const other = createIdentity(now);
  writeFileSync(join(folder, 'server.crt'), other.server.certificate);
  const mended = loadIdentity(folder, now);
  const authority = new X509Certificate(mended.authority.certificate);
  expect(new X509Certificate(mended.server.certificate).verify(authority.publicKey)).toBe(true);
});
