import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/*
 * Writes golden/files.json: a folder of manifests as a team keeps them, encrypted by the real sops. It needs sops,
 * age-keygen and gpg on the PATH.
 */
const folder = mkdtempSync(join(tmpdir(), 'millrace-sops-'));
const env = { ...process.env, GNUPGHOME: folder, HOME: folder, VAULT_TOKEN: 'any' };
const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { env, encoding: 'utf8', cwd: folder });

const agekey = run('age-keygen');
const recipient = /public key: (\S+)/.exec(agekey)![1]!;
const parameters = ['Key-Type: RSA', 'Key-Length: 2048', 'Name-Real: e2e', '%no-protection', '%commit'];
writeFileSync(join(folder, 'parameters'), parameters.join('\n'));
run('gpg', '--batch', '--quiet', '--generate-key', 'parameters');
const fingerprint = /^fpr:+([0-9A-F]+):/m.exec(run('gpg', '--list-secret-keys', '--with-colons'))![1]!;
const asc = run('gpg', '--armor', '--export-secret-keys', fingerprint);

const byAge = ['--age', recipient];
const onlyData = ['--encrypted-regex', '^(data|stringData)$'];
const secret = (name: string, data: string) =>
  `apiVersion: v1\nkind: Secret\nmetadata:\n  name: ${name}\nstringData:\n${data}`;

const files: [path: string, text: string, args: string[]][] = [
  [
    'whole.yaml',
    secret('whole', '  # a comment\n  user: admin\n  password: marker-whole\n'),
    [...byAge, ...onlyData],
  ],
  ['pgp.yaml', secret('pgp', '  password: marker-pgp\n'), ['--pgp', fingerprint, ...onlyData]],
  [
    'config.yaml',
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: config\ndata:\n  key: marker-config\n',
    [...byAge, ...onlyData],
  ],
  ['app.env', 'USER=admin\nPASSWORD=marker-dotenv\n', byAge],
  ['base.env', 'PASSWORD=marker-base\n', byAge],
  ['component.env', 'PASSWORD=marker-component\n', byAge],
  ['settings.json', '{"password": "marker-json", "port": 5}\n', byAge],
  ['settings.ini', '[main]\npassword = marker-ini\n', byAge],
  ['values.yaml', 'password: marker-yaml\nport: 5\n', byAge],
  ['key.bin', 'marker-binary\nof several lines\n', byAge],
  ['docker.json', '{"auths":{"registry.example.com":{"auth":"marker-docker"}}}\n', byAge],
  ['patch.yaml', secret('whole', '  added: marker-patch\n'), [...byAge, ...onlyData]],
];

/* A server of Vault that knows one word of its protocol, which is enough for sops: it encrypts by turning letters. */
const vault = createServer(async (request, response) => {
  const body = JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString()) as { plaintext: string };
  response.end(
    JSON.stringify({ data: { ciphertext: `vault:v1:${[...body.plaintext].reverse().join('')}` } }),
  );
});
await new Promise<void>(resolve => vault.listen(18299, '127.0.0.1', resolve));
const byVault = ['--hc-vault-transit', 'http://127.0.0.1:18299/v1/sops/keys/team'];
files.push(['vault.yaml', secret('vault', '  password: marker-vault\n'), [...byVault, ...onlyData]]);

const encrypted: Record<string, string> = {};
for (const [path, text, args] of files) {
  writeFileSync(join(folder, path), text);
  const type = path === 'key.bin' ? ['--input-type', 'binary', '--output-type', 'binary'] : [];
  const { stdout } = await promisify(execFile)('sops', ['encrypt', ...args, ...type, path], {
    env,
    cwd: folder,
  });
  encrypted[path] = stdout;
}
vault.close();
const version = run('sops', '--version').split('\n')[0];
const out = new URL('./golden/files.json', import.meta.url);
writeFileSync(out, `${JSON.stringify({ version, agekey, asc, files: encrypted }, null, 1)}\n`);
rmSync(folder, { recursive: true });
process.stdout.write(`${readFileSync(out).length} bytes\n`);
