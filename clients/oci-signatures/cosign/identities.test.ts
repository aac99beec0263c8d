import { describe, expect, test } from 'vitest';
import { recorded, referrersTag, replaceLayer, simpleTag, trustedRoot } from '../golden/repositories.ts';
import { type OidcIdentity, SignatureError, verifySignature } from '../index.ts';

const { signal } = new AbortController();
const workflow: OidcIdentity = {
  issuer: '^https://token\\.actions\\.githubusercontent\\.com$',
  subject: '^https://github\\.com/org/app/',
};

type Case = Pick<ReturnType<typeof recorded>, 'signed' | 'store'>;

const verify = ({ signed, store }: Case, identities = [workflow], root: unknown = trustedRoot) =>
  verifySignature(
    signed,
    { by: 'cosign identities', identities, root: async () => JSON.stringify(root) },
    store,
    signal,
  );

const both = [
  ['keyless-bundle', referrersTag],
  ['keyless-simple', simpleTag],
] as const;

describe('what cosign has signed for an identity', () => {
  test.each(both)('%s is verified', async name => {
    expect(await verify(recorded(name))).toBe('verified');
  });

  test.each(both)('%s is verified for one of several identities, or for anybody', async name => {
    const other = { issuer: 'accounts.example.com', subject: '.*' };
    expect(await verify(recorded(name), [other, workflow])).toBe('verified');
    expect(await verify(recorded(name), [])).toBe('verified');
  });

  test.each(both)('%s is not verified for other identities', async name => {
    for (const identity of [
      { ...workflow, subject: '^https://github\\.com/other/' },
      { ...workflow, issuer: '^https://accounts\\.example\\.com$' },
    ])
      await expect(verify(recorded(name), [identity])).rejects.toThrow('none of the expected identities');
  });

  test.each(both)('%s is not verified under other roots', async name => {
    const { certificateAuthorities, tlogs, ctlogs } = trustedRoot;
    for (const without of [
      { ...trustedRoot, certificateAuthorities: [] },
      { ...trustedRoot, tlogs: [] },
      { ...trustedRoot, ctlogs: [] },
      { ...trustedRoot, tlogs: ctlogs, ctlogs: tlogs, certificateAuthorities },
    ])
      await expect(verify(recorded(name), [workflow], without)).rejects.toThrow('no matching signatures');
  });

  test.each(both)('%s is not good for another artifact', async (name, tagOf) => {
    const { signed, store, repository } = recorded(name);
    const other = { ...signed, digest: `sha256:${'0'.repeat(64)}` };
    repository.tags[tagOf(other)] = repository.tags[tagOf(signed)]!;
    await expect(verify({ signed: other, store })).rejects.toThrow('is of another artifact');
  });

  test.each(['integratedTime', 'canonicalizedBody'])(
    'a bundle whose %s was changed is not verified',
    async field => {
      const { signed, store, repository } = recorded('keyless-bundle');
      replaceLayer(repository, referrersTag(signed), bytes => {
        const bundle = JSON.parse(bytes.toString('utf8'));
        const [entry] = bundle.verificationMaterial.tlogEntries;
        entry[field] =
          field === 'integratedTime' ? String(Number(entry[field]) + 60) : entry[field].replace('e', 'f');
        return Buffer.from(JSON.stringify(bundle));
      });
      await expect(verify({ signed, store })).rejects.toThrow(SignatureError);
    },
  );

  test('a simple signature without an entry of the log is not verified', async () => {
    const { signed, store, repository } = recorded('keyless-simple');
    const digest = repository.tags[simpleTag(signed)]!;
    repository.contents[digest] = repository.contents[digest]!.replaceAll('sigstore.cosign/bundle', 'x');
    await expect(verify({ signed, store })).rejects.toThrow('no entry of the transparency log');
  });

  test('a signature by a key has no identity', async () => {
    await expect(verify(recorded('key-bundle'))).rejects.toThrow('no certificate found on signature');
    await expect(verify(recorded('key-simple'))).rejects.toThrow('no certificate found on signature');
  });

  test('without a signature nothing is verified', async () => {
    await expect(verify(recorded('none'))).rejects.toThrow('no signatures found');
  });

  test.each([
    [{ issuer: '(', subject: '.*' }, 'issuer is no regular expression'],
    [{ issuer: '.*', subject: 'a'.repeat(2000) }, 'more than 1000 characters'],
  ])('identities that are no expressions are refused: %j', async (identity, problem) => {
    await expect(verify(recorded('none'), [identity])).rejects.toThrow(problem);
  });

  test.each([[[]], ['x']])('the root %j is refused', async root => {
    await expect(verify(recorded('none'), [workflow], root)).rejects.toThrow('trusted root');
  });
});
