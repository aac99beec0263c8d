import { afterEach, expect, test, vi } from 'vitest';
import { codeCommitLogin } from './aws/code-commit.ts';
import { cloud } from './cloud.ts';
import golden from './golden/signatures.json' with { type: 'json' };
import { standIn } from './testing/stand-in.ts';

afterEach(() => vi.unstubAllEnvs());

test.each(golden.codeCommit)(
  'CodeCommit takes the password that git-remote-codecommit makes for $url',
  signed => {
    const keys = { ...signed, expires: new Date('2026-11-29T12:40:00Z') };
    const login = codeCommitLogin(new URL(signed.url), keys, new Date(golden.now));
    const session = 'sessionToken' in signed ? `%${signed.sessionToken}` : '';
    expect(login).toEqual({
      username: `${signed.accessKeyId}${session}`,
      password: signed.password,
      expires: new Date('2026-11-29T12:40:00Z'),
    });
  },
);

test.each([
  'https://git-codecommit.eu-west-1.amazonaws.com.evil.example/v1/repos/fleet',
  'https://evil.example/git-codecommit.eu-west-1.amazonaws.com',
  'http://git-codecommit.eu-west-1.amazonaws.com/v1/repos/fleet',
  'ssh://git-codecommit.eu-west-1.amazonaws.com/v1/repos/fleet',
  'https://github.com/fleet',
])('%s is signed for nobody', async url => {
  const servers = await standIn();
  await expect(cloud({ http: servers.http }).gitCredentials('aws', url, 'controller')).rejects.toThrow(
    'is no host of CodeCommit',
  );
});

test('Azure DevOps takes a bearer token', async () => {
  const servers = await standIn();
  vi.stubEnv('AZURE_TENANT_ID', 'fleet');
  vi.stubEnv('AZURE_CLIENT_ID', 'c');
  vi.stubEnv('AZURE_CLIENT_SECRET', 's3cr3t-of-the-controller');
  servers.on('POST login.microsoftonline.com/fleet/oauth2/v2.0/token', ({ form }) => ({
    token_type: 'Bearer',
    expires_in: 3600,
    access_token: `for ${form.get('scope')}`,
  }));
  const clouds = cloud({ http: servers.http });
  expect(
    await clouds.gitCredentials('azure', 'https://dev.azure.com/fleet/_git/one', 'controller'),
  ).toMatchObject({
    bearerToken: 'for 499b84ac-1321-427f-aa17-267ca6975798/.default',
  });
});
