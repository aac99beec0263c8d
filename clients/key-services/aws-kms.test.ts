import { cloud } from '@millrace/cloud';
import { decrypt, type MasterKey } from '@millrace/sops';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Asked, type StandIn, standIn } from '../cloud/testing/stand-in.ts';
import { awsKms } from './aws-kms.ts';
import golden from './golden/aws-kms.json' with { type: 'json' };

interface Recorded {
  arn: string;
  enc: string;
  role?: string;
  context?: Record<string, string>;
}

let servers: StandIn;
beforeEach(async () => {
  servers = await standIn();
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIACONTROLLER');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'of-the-controller');
});
afterEach(() => vi.unstubAllEnvs());

/** Answers as moto answered the real SOPS, to nothing but the same question. */
function answerAsMoto({ arn, enc, context }: Recorded, dataKey: string, accessKeyId: string) {
  servers.on('POST kms.eu-west-1.amazonaws.com/', ({ headers, body }: Asked) => {
    const asked = JSON.parse(body);
    const same =
      headers['x-amz-target'] === 'TrentService.Decrypt' &&
      headers.authorization?.includes(`Credential=${accessKeyId}/`) &&
      asked.KeyId === arn &&
      asked.CiphertextBlob === enc &&
      JSON.stringify(asked.EncryptionContext) === JSON.stringify(context);
    if (same) return { KeyId: arn, Plaintext: dataKey, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
    return { status: 400, body: { __type: 'InvalidCiphertextException', message: 'no' } };
  });
}

const roleCredentials = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s3cr3t-of-role</SecretAccessKey><SessionToken>session-of-role</SessionToken>
<Expiration>2050-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;

const recorded = (file: string): Recorded => JSON.parse(file).sops.kms[0];

test.each(golden.cases)(
  'a file of the real SOPS is opened, as moto opened it ($#)',
  async ({ file, dataKey }) => {
    const key = recorded(file);
    servers.on('POST sts.eu-west-1.amazonaws.com/', roleCredentials);
    answerAsMoto(key, dataKey, key.role ? 'ASIAROLE' : 'AKIACONTROLLER');
    const keys = [awsKms(cloud({ http: servers.http }), 'controller')];
    const plain = await decrypt(Buffer.from(file), { format: 'json', keys });
    expect(JSON.parse(Buffer.from(plain).toString())).toEqual(golden.plain);
    const asked = servers.asked.filter(({ place }) => place.startsWith('sts.'));
    expect(asked.map(({ form }) => form.get('RoleArn'))).toEqual(key.role ? [key.role] : []);
  },
);

describe('a key of AWS', () => {
  const { file, dataKey } = golden.cases[0]!;
  const key: MasterKey = { kind: 'aws-kms', createdAt: '', ...recorded(file) };

  test('is opened with the access key of a Secret before that of the controller', async () => {
    answerAsMoto(recorded(file), dataKey, 'AKIASECRET');
    const keys = { accessKeyId: 'AKIASECRET', secretAccessKey: 'of-the-secret' };
    const service = awsKms(cloud({ http: servers.http }), keys);
    expect(Buffer.from(await service.dataKey(key)).toString('base64')).toBe(dataKey);
    expect(service.name).toBe('aws-kms (with the access key AKIASECRET)');
  });

  test('is opened by a ServiceAccount in the region of the key', async () => {
    servers.on(
      'POST sts.eu-west-1.amazonaws.com/',
      roleCredentials.replaceAll('AssumeRole', 'AssumeRoleWithWebIdentity'),
    );
    answerAsMoto(recorded(file), dataKey, 'ASIAROLE');
    const clouds = cloud({
      http: servers.http,
      objectLevel: true,
      serviceAccounts: {
        annotations: async () => ({ 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/keys' }),
        token: async () => 'of.the.cluster',
      },
    });
    const service = awsKms(clouds, { namespace: 'apps', name: 'sops' });
    expect(Buffer.from(await service.dataKey(key)).toString('base64')).toBe(dataKey);
  });

  test('is not opened with an empty access key, by nobody in its place', async () => {
    answerAsMoto(recorded(file), dataKey, 'AKIACONTROLLER');
    const service = awsKms(cloud({ http: servers.http }), { accessKeyId: '', secretAccessKey: '' });
    await expect(service.dataKey(key)).rejects.toThrow(
      'failed to decrypt sops data key with AWS KMS: the access key of AWS is not complete',
    );
    expect(servers.asked).toEqual([]);
  });

  test.each([
    ['arn', 'arn:aws:kms:evil.example/:123456789012:key/x', 'no valid ARN found'],
    ['arn', 'arn:aws:kms:eu-west-1.evil.example#:1:key/x', 'no valid ARN found'],
    ['arn', 'alias/x', 'no valid ARN found'],
    ['arn', '', 'no valid ARN found'],
    ['role', 'keys', '"keys" is no role of AWS'],
    ['enc', 'not base64!', 'the encrypted data key is no base64'],
    ['enc', '', 'the encrypted data key is no base64'],
  ])('whose %s is %j is refused before a key of AWS is asked', async (field, value, message) => {
    const service = awsKms(cloud({ http: servers.http }), 'controller');
    await expect(service.dataKey({ ...key, [field]: value } as MasterKey)).rejects.toThrow(message);
    expect(servers.asked).toEqual([]);
  });

  test('that is refused says so as AWS does', async () => {
    servers.on('POST kms.eu-west-1.amazonaws.com/', {
      status: 400,
      headers: { 'content-type': 'application/x-amz-json-1.1' },
      body: { __type: 'AccessDeniedException', message: 'User x with of-the-controller is not authorized' },
    });
    const service = awsKms(cloud({ http: servers.http }), 'controller');
    await expect(service.dataKey(key)).rejects.toThrow(
      /^failed to decrypt sops data key with AWS KMS: AccessDeniedException: User x with \*\*\* is not authorized$/,
    );
  });
});
