import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FollowedCertificate, followCertificate } from './tls-files.ts';

let folder: string;
const path = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tls-files-'));
  for (const name of ['one', 'two']) {
    const subject = ['-subj', `/CN=${name}`, '-keyout', path(`${name}.key`), '-out', path(`${name}.crt`)];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];
    execFileSync('openssl', ['req', '-x509', ...key, ...subject], { stdio: 'ignore' });
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const files = () => ({ certFile: path('tls.crt'), keyFile: path('tls.key') });
function put(name: string): void {
  copyFileSync(path(`${name}.crt`), path('tls.crt'));
  copyFileSync(path(`${name}.key`), path('tls.key'));
}

test('a certificate that is replaced is told, and one that cannot be used is not', async () => {
  put('one');
  const problems: string[] = [];
  const told: string[] = [];
  const followed: FollowedCertificate = await followCertificate(
    files(),
    ({ message }) => problems.push(message),
    10,
  );
  followed.follow(({ cert }) => told.push(cert));
  const before = followed.current().cert;
  writeFileSync(path('tls.crt'), 'half a certif');
  await expect.poll(() => problems.length).toBeGreaterThan(0);
  expect(problems[0]).toContain('no certificate and its key');
  expect(followed.current().cert).toBe(before);
  put('two');
  await expect.poll(() => told).toHaveLength(1);
  expect(followed.current().cert).not.toBe(before);
  followed.stop();
});

test('a certificate with the key of another is refused', async () => {
  put('one');
  copyFileSync(path('two.key'), path('tls.key'));
  await expect(followCertificate(files(), () => {})).rejects.toThrow("the key is another's");
});

test('what is no certificate is refused at the start', async () => {
  writeFileSync(path('tls.crt'), '');
  await expect(followCertificate(files(), () => {})).rejects.toThrow(/tls.crt.*no certificate/);
});
