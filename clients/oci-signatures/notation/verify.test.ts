import { describe, expect, test } from 'vitest';
import { certificates, recorded, referrersTag, replaceLayer } from '../golden/repositories.ts';
import { verifySignature } from '../index.ts';

const { signal } = new AbortController();
const identity = 'x509.subject: CN=signer.example.com, O=Example\\, Inc., L=Seattle, ST=WA, C=US';

type Statement = Record<string, unknown>;

const statement = (changes: Statement = {}): Statement => ({
  name: 'fleet',
  registryScopes: ['*'],
  signatureVerification: { level: 'strict' },
  trustStores: ['ca:fleet'],
  trustedIdentities: ['*'],
  ...changes,
});
const level = (name: string, override?: Record<string, string>) => ({
  signatureVerification: { level: name, ...(override ? { override } : {}) },
});

interface How {
  statements?: Statement[];
  certificate?: string;
  now?: Date;
}

function verify(
  { signed, store }: Pick<ReturnType<typeof recorded>, 'signed' | 'store'>,
  { statements = [statement()], certificate = certificates.root, now = new Date('2027-01-01') }: How = {},
) {
  const policy = JSON.stringify({ version: '1.0', trustPolicies: statements });
  const trust = { by: 'notation' as const, policy, certificates: [Buffer.from(certificate)] };
  return verifySignature(signed, trust, store, signal, now);
}

describe('what notation has signed', () => {
  test.each(['notation-jws', 'notation-cose', 'notation-rsa'])('%s is verified', async name => {
    expect(await verify(recorded(name))).toBe('verified');
  });

  test.each<[string, Statement]>([
    ['whom the policy names', { trustedIdentities: [identity] }],
    ['whom it names by a part', { trustedIdentities: ['x509.subject:C=US,S=WA,O=Example\\2C Inc.'] }],
    ['the repository that it names', { registryScopes: ['127.0.0.1:15511/org/notation-jws'] }],
    ['the levels that it changes', level('audit', { authenticity: 'enforce', revocation: 'skip' })],
  ])('by %s is verified', async (_, changes) => {
    expect(await verify(recorded('notation-jws'), { statements: [statement(changes)] })).toBe('verified');
  });

  const far = new Date('2200-01-01');
  test.each<[string, string, Statement, How, string]>([
    ['by nobody', 'none', {}, {}, 'no signature is associated with'],
    [
      'by a certificate of another root',
      'notation-jws',
      {},
      { certificate: certificates.stranger },
      'trusted signer',
    ],
    [
      'by another name',
      'notation-jws',
      { trustedIdentities: ['x509.subject: C=US, ST=WA, O=Other'] },
      {},
      'does not match the X.509 trusted identities',
    ],
    ['until a time that is over', 'notation-expired', {}, {}, 'digital signature has expired'],
    ['by a certificate that is over', 'notation-jws', {}, { now: far }, 'was not valid at the time'],
    ['before its certificate began', 'notation-cose', {}, { now: new Date(0) }, 'was not valid at the time'],
    [
      'in a store of another kind',
      'notation-jws',
      { trustStores: ['signingAuthority:x'] },
      {},
      'no trusted cert',
    ],
    ['without a timestamp', 'notation-jws', { trustStores: ['ca:x', 'tsa:x'] }, {}, 'does not verify'],
  ])('%s is not verified', async (_, name, changes, how, problem) => {
    await expect(verify(recorded(name), { ...how, statements: [statement(changes)] })).rejects.toThrow(
      problem,
    );
  });

  test.each<[string, string, Statement, How, string]>([
    ['expired', 'notation-expired', level('permissive'), {}, 'verified'],
    ['of a certificate that is over', 'notation-jws', level('permissive'), { now: far }, 'verified'],
    [
      'of somebody unknown',
      'notation-jws',
      level('audit'),
      { certificate: certificates.stranger },
      'ignored',
    ],
    ['that is missing', 'none', { ...level('skip'), trustStores: [], trustedIdentities: [] }, {}, 'ignored'],
    ['that nobody asks for, though somebody is trusted', 'none', level('skip'), {}, 'ignored'],
  ])('a signature %s passes where the level lets it', async (_, name, changes, how, verdict) => {
    expect(await verify(recorded(name), { ...how, statements: [statement(changes)] })).toBe(verdict);
  });

  test.each(['notation-jws', 'notation-cose'])('%s is not good for another artifact', async name => {
    const { signed, store, repository } = recorded(name);
    const other = { ...signed, digest: `sha256:${'0'.repeat(64)}` };
    repository.tags[referrersTag(other)] = repository.tags[referrersTag(signed)]!;
    const audit = { statements: [statement(level('audit'))] };
    await expect(verify({ signed: other, store }, audit)).rejects.toThrow('content descriptor mismatch');
  });

  test.each(['notation-jws', 'notation-cose', 'notation-rsa'])('no byte of %s may be changed', async name => {
    const size = lengthOf(name);
    for (let at = 0; at < size; at += 37) {
      const { signed, store, repository } = recorded(name);
      replaceLayer(repository, referrersTag(signed), bytes => {
        bytes[at]! ^= 1;
        return bytes;
      });
      const verdict = await verify({ signed, store }, { statements: [statement(level('strict'))] }).catch(
        () => '',
      );
      // What is not signed may be changed: who signed (its name of the agent), and what fills up base64.
      if (verdict !== '') expect(unsigned(name, at)).toBe(true);
    }
  });
});

function lengthOf(name: string): number {
  let size = 0;
  const { signed, repository } = recorded(name);
  replaceLayer(repository, referrersTag(signed), bytes => {
    size = bytes.length;
    return bytes;
  });
  return size;
}

/** Whether a byte stands in the name of the program that has signed. */
function unsigned(name: string, at: number): boolean {
  let found = false;
  const { signed, repository } = recorded(name);
  replaceLayer(repository, referrersTag(signed), bytes => {
    const start = bytes.indexOf('io.cncf.notary.signingAgent');
    found = start >= 0 && at >= start - 4 && at < start + 80;
    return bytes;
  });
  return found;
}

describe('a trust policy', () => {
  test.each<[string, Statement[], string]>([
    ['no statement', [], 'zero trust policy statements'],
    ['none for the repository', [statement({ registryScopes: ['a.b/c'] })], 'no applicable trust policy'],
    ['no name', [statement({ name: '' })], 'missing a name'],
    ['one name twice', [statement(), statement({ registryScopes: ['a.b/c'] })], 'use the same name'],
    ['one scope twice', [statement(), statement({ name: 'b' })], 'present in multiple'],
    ['no scope', [statement({ registryScopes: [] })], 'zero registry scopes'],
    ['a scope beside all', [statement({ registryScopes: ['*', 'a.b/c'] })], "uses '*' beside"],
    ['a scope with a star', [statement({ registryScopes: ['a.b/*'] })], 'is no repository'],
    ['a level that is none', [statement(level('lax'))], 'level is strict'],
    ['integrity changed', [statement(level('strict', { integrity: 'log' }))], 'cannot be overridden'],
    ['authenticity skipped', [statement(level('strict', { authenticity: 'skip' }))], 'cannot be skipped'],
    ['skip changed', [statement(level('skip', { expiry: 'log' }))], 'cannot be customized'],
    ['no stores', [statement({ trustStores: [] })], 'missing trust stores'],
    ['a store that is none', [statement({ trustStores: ['fleet'] })], 'no <type>:<name>'],
    ['no identities', [statement({ trustedIdentities: [] })], 'missing trusted identities'],
    ['an identity beside all', [statement({ trustedIdentities: ['*', identity] })], "'*' beside others"],
    ['an identity without O', [statement({ trustedIdentities: ['x509.subject:C=US,ST=WA'] })], 'has no O'],
    [
      'identities that overlap',
      [statement({ trustedIdentities: [identity, 'x509.subject: C=US, ST=WA, O=Example\\, Inc.'] })],
      'overlapping',
    ],
  ])('with %s is refused', async (_, statements, problem) => {
    await expect(verify(recorded('notation-jws'), { statements })).rejects.toThrow(problem);
  });

  test('for the repository goes before that for all', async () => {
    const statements = [
      statement({ name: 'all', ...level('skip') }),
      statement({ name: 'one', registryScopes: ['127.0.0.1:15511/org/none'] }),
    ];
    await expect(verify(recorded('none'), { statements })).rejects.toThrow('no signature is associated');
  });

  test.each(['', '[]', '{}', '{"version": "2.0"}'])('%j is none', async policy => {
    const { signed, store } = recorded('notation-jws');
    const trust = { by: 'notation' as const, policy, certificates: [Buffer.from(certificates.root)] };
    await expect(verifySignature(signed, trust, store, signal)).rejects.toThrow('trustpolicy.json');
  });
});
