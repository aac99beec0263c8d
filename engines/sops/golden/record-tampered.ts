import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Recorded } from './record.ts';
import { tamper } from './tamper.ts';

/**
 * Records what the real sops says of files that were tampered with (`node record-tampered.ts`, after record.ts): for each
 * file of the list and each change of it the SHA-256 of the plain text, or '' where sops refuses.
 */
const names = [
  'yaml: values',
  'yaml: comments',
  'json: object',
  'dotenv: plain',
  'ini: plain',
  'binary: text',
  'yaml, encrypted_regex',
  'yaml, encrypted_regex, mac_only_encrypted',
  'json, encrypted_suffix, mac_only_encrypted',
  'dotenv, unencrypted_suffix',
  'yaml, groups: two of three',
];

const read = <T>(name: string): T => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8')) as T;
const extensions = { yaml: 'yaml', json: 'json', dotenv: 'env', ini: 'ini', binary: 'bin' };
const folder = mkdtempSync(join(tmpdir(), 'millrace-sops-'));
try {
  const keys = read<Record<string, string>>('keys.json');
  writeFileSync(join(folder, 'age.txt'), keys.age!);
  const env = { ...process.env, SOPS_AGE_KEY_FILE: join(folder, 'age.txt'), GNUPGHOME: folder };
  const files = read<Recorded[]>('files.json');
  const verdicts = names.map(name => {
    const file = files.find(one => one.name === name)!;
    const path = join(folder, `file.${extensions[file.format]}`);
    const verdict = (text: string): string => {
      writeFileSync(path, text);
      const { status, stdout } = spawnSync('sops', ['-d', path], { env });
      return status === 0 ? createHash('sha256').update(stdout).digest('hex') : '';
    };
    return { name, verdicts: tamper(file).map(({ text }) => verdict(text)) };
  });
  writeFileSync(new URL('tampered.json', import.meta.url), `${JSON.stringify(verdicts, null, 1)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
