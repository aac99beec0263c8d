import { execFileSync } from 'node:child_process';
import { createSign, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { cloud, http } from '@millrace/cloud';
import { decrypt, type MasterKey, type SopsFormat } from '@millrace/sops';
import { networkKeyServices, parseVaultInstances } from '../index.ts';

/*
 * Holds the key services to real servers, and writes aws-kms.json and vault-transit.json: files of the real sops, and
 * what the servers answered for them. It needs sops on the PATH and, with their versions in MADE_BY,
 *   moto_server -p 5055                      AWS_ENDPOINT_URL=http://127.0.0.1:5055
 *   a development server of Vault or OpenBao VAULT_ADDR, and VAULT_TOKEN of its root
 * and writes what the server of VAULT_ADDR has answered to TRANSIT_FILE.
 */
const { MADE_BY = '', AWS_ENDPOINT_URL: moto, VAULT_ADDR: vault, VAULT_TOKEN: root } = process.env;
const { TRANSIT_FILE = 'vault-transit.json' } = process.env;
if (!MADE_BY || !moto || !vault || !root) throw new Error('MADE_BY, AWS_ENDPOINT_URL, VAULT_ADDR and VAULT_TOKEN must be set');
const env = { ...process.env, AWS_ACCESS_KEY_ID: 'AKIARECORD', AWS_SECRET_ACCESS_KEY: 'record', AWS_REGION: 'eu-west-1' };
Object.assign(process.env, env);
const folder = mkdtempSync(join(tmpdir(), 'millrace-record-'));

const plain = { data: { password: 'hunter2', n: 3 } };
const texts: Record<string, string> = {
  'plain.json': JSON.stringify(plain),
  'plain.yaml': 'data:\n    password: hunter2\n    "n": 3\n',
  'plain.env': 'PASSWORD=hunter2\n',
  'plain.ini': '[data]\npassword = hunter2\n',
  'plain.bin': 'hunter2\nof several lines\n',
};
for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text);
const sops = (...args: string[]) => execFileSync('sops', args, { env, encoding: 'utf8', cwd: folder });
const write = (name: string, content: object) =>
  writeFileSync(new URL(name, import.meta.url), `${JSON.stringify({ 'made by': MADE_BY, plain, ...content }, null, 2)}\n`);

// Vault, with a transit engine, and a method by which tokens of a cluster log in.
const ask = http();
const tell = async (path: string, body: object, token = root) => {
  const answer = await ask({
    method: 'PUT',
    url: `${vault}/v1/${path}`,
    headers: { 'x-vault-token': token },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: JSON.parse(answer.body.toString() || 'null') };
};
const signer = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
await tell('sys/mounts/sops', { type: 'transit' });
await tell('sops/keys/aes', {});
await tell('sops/keys/rsa', { type: 'rsa-4096' });
await tell('sys/auth/jwt', { type: 'jwt' });
await tell('auth/jwt/config', { jwt_validation_pubkeys: [signer.publicKey] });
await tell('sys/policies/acl/sops', { policy: 'path "sops/decrypt/*" { capabilities = ["update"] }' });
await tell('auth/jwt/role/apps_sops', {
  role_type: 'jwt',
  bound_audiences: [vault],
  bound_subject: 'system:serviceaccount:apps:sops',
  user_claim: 'sub',
  token_policies: ['sops'],
  token_ttl: '10m',
});
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const tokenFor = (sub: string, aud: readonly string[]) => {
  const now = Math.floor(Date.now() / 1000);
  const claims = `${part({ alg: 'RS256' })}.${part({ sub, aud, iat: now, exp: now + 3600 })}`;
  return `${claims}.${createSign('RSA-SHA256').update(claims).sign(signer.privateKey).toString('base64url')}`;
};

const clouds = cloud({
  objectLevel: true,
  serviceAccounts: {
    annotations: async () => ({}),
    token: async ({ namespace, name }, audiences) => tokenFor(`system:serviceaccount:${namespace}:${name}`, audiences),
  },
});
const controller = networkKeyServices(clouds, { who: 'controller' });
const opened = async (text: string, format: SopsFormat, services = controller) => {
  const keys = Object.values(services);
  return Buffer.from(await decrypt(Buffer.from(text), { format, keys })).toString();
};
const check = (what: string, found: string, wanted: string) => {
  if (found !== wanted) throw new Error(`${what} is opened as ${found}`);
  console.log(`${what}: opened`);
};

const kms = new KMSClient({ region: 'eu-west-1' });
const arn = (await kms.send(new CreateKeyCommand({}))).KeyMetadata!.Arn!;
const byKms: [name: string, args: string[]][] = [
  ['a key', ['--kms', arn]],
  ['a key with a context', ['--kms', arn, '--encryption-context', 'Role:web,Env:prod']],
  ['a key by a role', ['--kms', `${arn}+arn:aws:iam::123456789012:role/keys`]],
];
const cases = [];
for (const [name, args] of byKms) {
  const file = sops('encrypt', ...args, 'plain.json');
  const [entry] = JSON.parse(file).sops.kms;
  const key: MasterKey = { kind: 'aws-kms', createdAt: '', ...entry };
  const dataKey = await controller['aws-kms'].dataKey(key);
  check(name, JSON.stringify(JSON.parse(await opened(file, 'json'))), texts['plain.json']!);
  cases.push({ file, dataKey: Buffer.from(dataKey).toString('base64') });
}
write('aws-kms.json', { cases });

const recorded = [];
for (const name of ['aes', 'rsa']) {
  const file = sops('encrypt', '--hc-vault-transit', `${vault}/v1/sops/keys/${name}`, 'plain.json');
  const { enc } = JSON.parse(file).sops.hc_vault[0];
  check(`a key of Vault (${name})`, JSON.stringify(JSON.parse(await opened(file, 'json'))), texts['plain.json']!);
  const path = `sops/decrypt/${name}`;
  const { body: answer } = await tell(path, { ciphertext: enc });
  recorded.push({ file, answer, refused: await tell(path, { ciphertext: enc }, 'hvs.no') });
}
const login = await tell('auth/jwt/login', { role: 'apps_sops', jwt: tokenFor('system:serviceaccount:apps:sops', [vault]) });
write(TRANSIT_FILE, { cases: recorded, login: login.body });

const instances = parseVaultInstances(JSON.stringify({ instances: [{ address: vault, loginPath: 'auth/jwt/login' }] }));
const account = networkKeyServices(clouds, { who: { namespace: 'apps', name: 'sops' }, vaultInstances: instances });
check('by a ServiceAccount', await opened(recorded[0]!.file, 'json', account), await opened(recorded[0]!.file, 'json'));

// Both keys are needed: the data key has two parts.
const groups = [{ kms: [{ arn }] }, { hc_vault: [`${vault}/v1/sops/keys/aes`] }];
writeFileSync(join(folder, '.sops.yaml'), JSON.stringify({ creation_rules: [{ shamir_threshold: 2, key_groups: groups }] }));
const formats: Record<string, SopsFormat> = { json: 'json', yaml: 'yaml', env: 'dotenv', ini: 'ini', bin: 'binary' };
for (const [name, format] of Object.entries(formats)) {
  const text = readFileSync(join(folder, `plain.${name}`), 'utf8');
  const found = await opened(sops('encrypt', `plain.${name}`), format);
  check(`two groups, ${format}`, format === 'json' ? JSON.stringify(JSON.parse(found)) : found, text);
}
rmSync(folder, { recursive: true });
