import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ageKeys, decrypt, formatOf, type KeyService } from '@millrace/sops';
import { realProgram } from './programs.ts';
import { percentile, printTable } from './table.ts';

const rounds = 60;

/**
 * How fast encrypted files are decrypted, in process and warm, beside a whole process of the real sops in the same run.
 * It needs sops and age-keygen on the PATH: they make the files.
 */
export async function run(): Promise<void> {
  const real = realProgram('sops', ['--version', '--disable-version-check'], ['decrypt']);
  if (real === undefined || spawnSync('age-keygen', ['--version']).status !== 0) {
    console.log('There is no sops or no age-keygen on the PATH: there is nothing to decrypt.');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  try {
    const rows: string[][] = [];
    for (const postQuantum of [false, true]) {
      const identity = execFileSync('age-keygen', postQuantum ? ['-pq'] : [], {
        encoding: 'utf8',
        stdio: 'pipe',
      });
      const keys = [await ageKeys([identity])];
      for (const file of files(folder, identity)) {
        const theirs = spawn(file, join(folder, 'identity'));
        const { time, plain } = await warm(file, keys);
        rows.push([
          file.slice(folder.length + 1),
          postQuantum ? 'post-quantum' : 'X25519',
          `${time.toFixed(2)} ms`,
          `${theirs.time.toFixed(0)} ms`,
          Buffer.from(plain).equals(theirs.plain) ? 'yes' : 'NO',
        ]);
      }
    }
    const sops = /sops \d\S+/.exec(real.name.replace('sops sops', 'sops'))?.[0] ?? 'sops';
    printTable(['file', 'key', 'in process, warm', `${sops}, process`, 'same text'], rows);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Encrypted files of 200 values, and one of 2,000. */
function files(folder: string, identity: string): string[] {
  writeFileSync(join(folder, 'identity'), identity);
  const recipient = /public key: (\S+)/.exec(identity)![1]!;
  const entries = (count: number) =>
    Array.from({ length: count }, (_, i) => [`KEY_${i}`, `value number ${i}`]);
  const texts: [name: string, text: string][] = [
    [
      '200.yaml',
      entries(200)
        .map(([key, value]) => `${key}: ${value}\n`)
        .join(''),
    ],
    ['200.json', JSON.stringify(Object.fromEntries(entries(200)))],
    [
      '200.env',
      entries(200)
        .map(([key, value]) => `${key}=${value}\n`)
        .join(''),
    ],
    [
      '2000.yaml',
      entries(2000)
        .map(([key, value]) => `${key}: ${value}\n`)
        .join(''),
    ],
  ];
  return texts.map(([name, text]) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    writeFileSync(path, execFileSync('sops', ['encrypt', '--age', recipient, path], { stdio: 'pipe' }));
    return path;
  });
}

function spawn(file: string, identity: string): { time: number; plain: Buffer } {
  const times: number[] = [];
  let plain = Buffer.alloc(0);
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    const done = spawnSync('sops', ['decrypt', file], {
      env: { ...process.env, SOPS_AGE_KEY_FILE: identity },
    });
    times.push(performance.now() - start);
    plain = done.stdout;
  }
  return { time: percentile(times, 0.5), plain };
}

async function warm(file: string, keys: KeyService[]): Promise<{ time: number; plain: Uint8Array }> {
  const text = readFileSync(file);
  const times: number[] = [];
  let plain: Uint8Array = text;
  for (let i = 0; i < rounds; i++) {
    const start = performance.now();
    plain = await decrypt(text, { format: formatOf(file), keys });
    if (i >= rounds / 2) times.push(performance.now() - start);
  }
  return { time: percentile(times, 0.5), plain };
}
