import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SopsFormat } from '../format.ts';
import { binaries, inputs } from './inputs.ts';

/**
 * Records what the real sops makes: `node record.ts`, with sops, age-keygen, ssh-keygen and gpg on the PATH, writes
 * keys.json and files.json. `node record.ts old VERSION=PROGRAM ...` writes what older versions encrypt to old.json.
 */
const folder = mkdtempSync(join(tmpdir(), 'millrace-sops-'));
const extensions: Record<SopsFormat, string> = { yaml: 'yaml', json: 'json', dotenv: 'env', ini: 'ini', binary: 'bin' };
const passphrase = 'correct horse';

interface Keys {
  age: string;
  ageOther: string;
  agePostQuantum: string;
  sshEd25519: string;
  sshRsa: string;
  sshRsaPem: string;
  /** sshEd25519 and sshRsa, encrypted by the passphrase. */
  sshEd25519Locked: string;
  sshRsaLocked: string;
  pgpRsa: string;
  pgpCurve: string;
  pgpLocked: string;
  passphrase: string;
}

export interface Recorded {
  name: string;
  format: SopsFormat;
  output?: SopsFormat;
  /** The names of the keys that open it; all of them are needed. */
  keys: (keyof Keys)[];
  encrypted: string;
  /** In base64. */
  plain: string;
  tool: string;
}

const run = (command: string, args: string[], input?: string) =>
  execFileSync(command, args, { encoding: 'utf8', input, cwd: folder, stdio: ['pipe', 'pipe', 'pipe'], env });

const env = { ...process.env, GNUPGHOME: join(folder, 'gnupg'), SOPS_AGE_KEY_FILE: join(folder, 'age.txt') };
const home = env.GNUPGHOME;

/** Makes the keys, and what sops calls each of them. */
function makeKeys(): { keys: Keys; recipients: Record<string, { kind: 'age' | 'pgp'; name: string }> } {
  mkdirSync(home, { mode: 0o700 });
  const age = [0, 1].map(() => run('age-keygen', []));
  const agePostQuantum = run('age-keygen', ['-pq']);
  const recipientOf = (identity: string) => /public key: (\S+)/.exec(identity)![1]!;
  for (const [name, type] of [
    ['ed25519', ['-t', 'ed25519']],
    ['rsa', ['-t', 'rsa', '-b', '2048']],
    ['pem', ['-t', 'rsa', '-b', '2048', '-m', 'PEM']],
  ] as const)
    run('ssh-keygen', ['-q', ...type, '-N', '', '-C', 'test', '-f', join(folder, name)]);
  const ssh = (name: string) => readFileSync(join(folder, name), 'utf8');
  const sshLocked = (name: string, ...options: string[]) => {
    const path = join(folder, `${name}-locked`);
    writeFileSync(path, ssh(name), { mode: 0o600 });
    run('ssh-keygen', ['-q', '-p', '-P', '', '-N', passphrase, ...options, '-f', path]);
    return readFileSync(path, 'utf8');
  };
  const pgp = (name: string, key: string, sub: string, word: string) => {
    const mail = `${name}@example.com`;
    const gpg = (...args: string[]) =>
      run('gpg', ['--batch', '-q', '--pinentry-mode', 'loopback', '--passphrase', word, ...args]);
    gpg('--quick-gen-key', mail, key, 'sign', '0');
    const list = run('gpg', ['--list-secret-keys', '--with-colons', mail]);
    const fingerprint = /^fpr:+([0-9A-F]+)/m.exec(list)![1]!;
    gpg('--quick-add-key', fingerprint, sub, 'encr', '0');
    return { fingerprint, secret: gpg('--armor', '--export-secret-keys', fingerprint) };
  };
  const rsa = pgp('rsa', 'rsa2048', 'rsa2048', '');
  const curve = pgp('curve', 'ed25519', 'cv25519', '');
  const locked = pgp('locked', 'rsa2048', 'rsa2048', passphrase);
  const keys: Keys = {
    age: age[0]!,
    ageOther: age[1]!,
    agePostQuantum,
    sshEd25519: ssh('ed25519'),
    sshRsa: ssh('rsa'),
    sshRsaPem: ssh('pem'),
    sshEd25519Locked: sshLocked('ed25519'),
    sshRsaLocked: sshLocked('rsa', '-Z', 'aes256-cbc'),
    pgpRsa: rsa.secret,
    pgpCurve: curve.secret,
    pgpLocked: locked.secret,
    passphrase,
  };
  writeFileSync(env.SOPS_AGE_KEY_FILE, keys.age);
  const recipients = {
    age: { kind: 'age', name: recipientOf(keys.age) },
    ageOther: { kind: 'age', name: recipientOf(keys.ageOther) },
    agePostQuantum: { kind: 'age', name: recipientOf(keys.agePostQuantum) },
    sshEd25519: { kind: 'age', name: ssh('ed25519.pub').trim() },
    sshRsa: { kind: 'age', name: ssh('rsa.pub').trim() },
    sshRsaPem: { kind: 'age', name: ssh('pem.pub').trim() },
    pgpRsa: { kind: 'pgp', name: rsa.fingerprint },
    pgpCurve: { kind: 'pgp', name: curve.fingerprint },
    pgpLocked: { kind: 'pgp', name: locked.fingerprint },
  } as const;
  return { keys, recipients };
}

const { keys, recipients } = makeKeys();
type KeyName = keyof typeof recipients & keyof Keys;

interface Rule {
  [field: string]: string | boolean | number | undefined;
}

/** A group of .sops.yaml, as JSON. */
function group(names: readonly KeyName[]): Record<string, string[]> {
  const of = (kind: string) => names.map(name => recipients[name]!).filter(one => one.kind === kind).map(one => one.name);
  return { age: of('age'), pgp: of('pgp') };
}

interface Case {
  name: string;
  format: SopsFormat;
  input: string | Buffer;
  groups: KeyName[][];
  /** Which keys the test has. */
  opens: KeyName[];
  rule?: Rule;
  output?: SopsFormat;
}

function record(one: Case, tool: string, program: string): Recorded | undefined {
  const { name, format, groups, rule = {}, output } = one;
  // The recorder has to open every group, so that it can say what the plain text is.
  const has = (names: KeyName[]) => names.includes('age') || names.includes('pgpRsa');
  const key_groups = groups.map(names => group(has(names) ? names : ['age', ...names]));
  writeFileSync(join(folder, '.sops.yaml'), JSON.stringify({ creation_rules: [{ ...rule, key_groups }] }));
  const file = join(folder, `input.${extensions[format]}`);
  writeFileSync(file, one.input);
  const sops = (...args: string[]) =>
    spawnSync(program, ['--config', join(folder, '.sops.yaml'), ...args], { cwd: folder, env });
  const encrypted = sops('-e', file);
  if (encrypted.status !== 0) return failed(name, tool, encrypted.stderr);
  writeFileSync(file, encrypted.stdout);
  // The version of today says what the plain text is: older ones printed some formats otherwise.
  const type = output === undefined ? [] : ['--output-type', output];
  const plain = spawnSync('sops', ['-d', ...type, file], { cwd: folder, env });
  if (plain.status !== 0) return failed(name, tool, plain.stderr);
  return {
    name,
    format,
    ...(output && { output }),
    keys: one.opens,
    encrypted: encrypted.stdout.toString(),
    plain: plain.stdout.toString('base64'),
    tool,
  };
}

function failed(name: string, tool: string, stderr: Buffer): undefined {
  console.log(`${tool} cannot make ${name}: ${stderr.toString().trim().split('\n').at(-1)?.slice(0, 160)}`);
  return undefined;
}

const formats = Object.keys(extensions) as SopsFormat[];

function shapes(): Case[] {
  const texts = Object.entries(inputs).flatMap(([format, texts]) =>
    Object.entries(texts).map(([name, input]) => ({ name: `${format}: ${name}`, format: format as SopsFormat, input })),
  );
  const blobs = Object.entries(binaries).map(([name, input]) => ({ name: `binary: ${name}`, format: 'binary' as const, input }));
  return [...texts, ...blobs].map(one => ({ ...one, groups: [['age']], opens: ['age'] }));
}

const samples: Record<SopsFormat, string> = {
  yaml: inputs.yaml.secret!,
  json: inputs.json.object!,
  dotenv: inputs.dotenv.plain!,
  ini: inputs.ini.plain!,
  binary: 'some bytes',
};

function byKey(): Case[] {
  const names = Object.keys(recipients).filter(name => name !== 'age') as KeyName[];
  return formats.flatMap(format =>
    names.map(name => ({ name: `${format}, key ${name}`, format, input: samples[format], groups: [[name]], opens: [name] })),
  );
}

const rules: Record<string, Rule> = {
  'unencrypted_suffix': { unencrypted_suffix: '_unencrypted' },
  'another unencrypted_suffix': { unencrypted_suffix: 'a' },
  'encrypted_suffix': { encrypted_suffix: '_enc' },
  'unencrypted_regex': { unencrypted_regex: '^(metadata|.*_unencrypted)$' },
  'encrypted_regex': { encrypted_regex: '^(data|stringData|password.*)$' },
  'encrypted_comment_regex': { encrypted_comment_regex: 'sops:secret' },
  'unencrypted_comment_regex': { unencrypted_comment_regex: 'sops:plain' },
};

function bySelection(): Case[] {
  return Object.entries(rules).flatMap(([name, rule]) =>
    [false, true].flatMap(mac_only_encrypted =>
      (['yaml', 'json', 'dotenv', 'ini'] as const)
        .filter(format => format === 'yaml' || !name.includes('comment'))
        .map(format => ({
          name: `${format}, ${name}${mac_only_encrypted ? ', mac_only_encrypted' : ''}`,
          format,
          input: name.includes('comment') ? inputs.yaml.marked! : inputs[format].suffixes!,
          groups: [['age']] as KeyName[][],
          opens: ['age'] as KeyName[],
          rule: { ...rule, mac_only_encrypted },
        })),
    ),
  );
}

function byGroups(): Case[] {
  const cases: [string, KeyName[][], number, KeyName[]][] = [
    ['two of two', [['ageOther'], ['agePostQuantum']], 2, ['ageOther', 'agePostQuantum']],
    ['two of three', [['ageOther'], ['pgpRsa'], ['sshEd25519']], 2, ['ageOther', 'sshEd25519']],
    ['two of three, the others', [['ageOther'], ['pgpRsa'], ['sshEd25519']], 2, ['pgpRsa', 'sshEd25519']],
    ['all of three', [['ageOther'], ['pgpRsa'], ['pgpCurve']], 3, ['ageOther', 'pgpRsa', 'pgpCurve']],
    ['several keys in each', [['ageOther', 'pgpRsa'], ['sshRsa', 'pgpCurve']], 2, ['pgpRsa', 'pgpCurve']],
    ['no threshold said', [['ageOther'], ['pgpRsa']], 0, ['ageOther', 'pgpRsa']],
  ];
  return cases.flatMap(([name, groups, threshold, opens]) =>
    (['yaml', 'json', 'dotenv', 'ini'] as const).map(format => ({
      name: `${format}, groups: ${name}`,
      format,
      input: samples[format],
      groups,
      opens,
      rule: threshold === 0 ? {} : { shamir_threshold: threshold },
    })),
  );
}

function byOutput(): Case[] {
  const wanted: [SopsFormat, string, SopsFormat][] = [
    ['yaml', inputs.yaml.types!, 'json'],
    ['yaml', inputs.yaml.comments!, 'json'],
    ['yaml', inputs.yaml.documents!, 'json'],
    ['json', inputs.json.object!, 'yaml'],
    ['json', inputs.json.numbers!, 'yaml'],
    ['json', inputs.json.order!, 'dotenv'],
    ['json', '{"a": 1, "f": 1.5, "e": 1e30, "t": true, "n": null, "w": 2.0, "s": 1e-7}', 'dotenv'],
    ['dotenv', inputs.dotenv.breaks!, 'yaml'],
    ['dotenv', inputs.dotenv.plain!, 'json'],
    ['ini', inputs.ini.comments!, 'yaml'],
    ['ini', inputs.ini.values!, 'json'],
    ['json', '{"s": {"a": 1, "b": 1.5, "c": "x"}}', 'ini'],
    ['json', '{"data": "raw"}', 'binary'],
    ['yaml', 'data: raw\n', 'binary'],
  ];
  return wanted.map(([format, input, output], i) => ({
    name: `${format} to ${output} (${i})`,
    format,
    input,
    output,
    groups: [['age']],
    opens: ['age'],
  }));
}

const isDefined = <T>(value: T | undefined): value is T => value !== undefined;
const write = (name: string, value: unknown) =>
  writeFileSync(new URL(name, import.meta.url), `${JSON.stringify(value, null, 1)}\n`);

function main(): void {
  const tool = /sops \S+/.exec(run('sops', ['--version', '--disable-version-check']))![0];
  const all = [shapes(), byKey(), bySelection(), byGroups(), byOutput()].flat();
  const recorded = all.map(one => record(one, tool, 'sops')).filter(isDefined);
  write('keys.json', keys);
  write('files.json', recorded);
  const old = process.argv.slice(2).map(word => word.split('=') as [string, string]);
  const names = ['secret', 'types', 'comments', 'documents', 'texts', 'object', 'numbers', 'plain', 'text'];
  // sops before 3.7 knows no age.
  const some = shapes()
    .filter(({ name }) => names.some(one => name.endsWith(`: ${one}`)))
    .map(one => ({ ...one, groups: [['pgpRsa']] as KeyName[][], opens: ['pgpRsa'] as KeyName[] }));
  const older = old.flatMap(([version, program]) =>
    [...some, ...byGroups().filter(({ name }) => name.endsWith('no threshold said'))].map(one =>
      record(one, `sops ${version}`, program),
    ),
  );
  write('old.json', older.filter(isDefined));
  console.log(`${recorded.length} files, ${older.filter(isDefined).length} of older versions`);
}

try {
  main();
} finally {
  spawnSync('gpgconf', ['--kill', 'all'], { env });
  rmSync(folder, { recursive: true, force: true });
}
