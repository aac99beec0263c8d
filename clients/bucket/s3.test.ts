import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ObjectStore, objectStore, type S3Place, StoreError } from './index.ts';
import { etagOf, type S3Server, startS3 } from './testing/s3-server.ts';

const login = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'a secret that nobody may see' };

describe('a bucket of S3', () => {
  let server: S3Server;
  let open: ObjectStore[];
  beforeAll(async () => {
    server = await startS3();
  });
  beforeEach(() => {
    open = [];
    server.asked.length = 0;
    server.login = undefined;
    server.intercept = undefined;
    server.pageSize = 1000;
    server.bucket('fleet').clear();
    return async () => void (await Promise.all(open.map(store => store.close())));
  });
  afterAll(() => server.stop());

  const signal = AbortSignal.timeout(60_000);
  const store = async (place: Partial<S3Place> = {}) => {
    const one = await objectStore(
      { kind: 's3', endpoint: server.endpoint, insecure: true, bucket: 'fleet', ...place },
      {},
    );
    open.push(one);
    return one;
  };
  const listed = async (from: ObjectStore, prefix = '') =>
    (await Array.fromAsync(from.list(prefix, signal))).flat();
  const read = async (from: ObjectStore, key: string) => {
    const found = await from.open({ key }, signal);
    return found && Buffer.concat(await Array.fromAsync(found.body)).toString();
  };

  test('is listed page by page, whatever its keys are', async () => {
    const keys = ['a b+c%20.yaml', '../up', '/root', 'ü/ñ', "q'(1)!*", 'a\nb', '.', 'back\\slash', 'x&<y>'];
    for (const key of keys) server.put('fleet', key, `content of ${key}`);
    server.pageSize = 2;
    server.login = login;
    const from = await store({ keys: login });
    expect((await listed(from)).map(({ key }) => key)).toEqual(keys.toSorted());
    for (const { key, etag } of await listed(from)) {
      expect(await read(from, key)).toBe(`content of ${key}`);
      expect(etag).toBe(etagOf(Buffer.from(`content of ${key}`)));
    }
  });

  test('gives those of a prefix', async () => {
    for (const key of ['apps/a', 'apps/b', 'infra/c']) server.put('fleet', key, key);
    expect((await listed(await store(), 'apps/')).map(({ key }) => key)).toEqual(['apps/a', 'apps/b']);
  });

  test('has no object that is gone', async () => {
    expect(await (await store()).open({ key: 'gone' }, signal)).toBeUndefined();
  });

  test('is asked by nobody where there are no keys, whatever the environment has', async () => {
    process.env.AWS_ACCESS_KEY_ID = 'the controller';
    process.env.AWS_SECRET_ACCESS_KEY = 'is somebody';
    await listed(await store());
    delete process.env.AWS_ACCESS_KEY_ID;
    delete process.env.AWS_SECRET_ACCESS_KEY;
    expect(server.asked.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  test('takes the token of a session along', async () => {
    let token: string | string[] | undefined;
    server.intercept = request => {
      token = request.headers['x-amz-security-token'];
      return false;
    };
    await listed(await store({ keys: { ...login, sessionToken: 'of a session' } }));
    expect(token).toBe('of a session');
  });

  const failures: [string, Partial<S3Place>, Partial<StoreError>][] = [
    ['that is not there', { bucket: 'other' }, { failure: 'no bucket' }],
    [
      'with other keys',
      { keys: { ...login, secretAccessKey: 'another secret' } },
      { failure: 'refused', message: 'SignatureDoesNotMatch: the request is not who it says' },
    ],
    ['without keys', { keys: undefined }, { failure: 'refused' }],
    ['at a server that is away', { endpoint: '127.0.0.1:1' }, { failure: 'unreachable' }],
  ];
  test.each(failures)('%s is told of', async (_, place, expected) => {
    server.login = login;
    const from = await store({ keys: login, ...place });
    await expect(listed(from)).rejects.toMatchObject({ name: 'StoreError', ...expected });
  });

  test('that asks for patience is told so', async () => {
    server.intercept = (_, response) => {
      response.writeHead(503, { 'retry-after': '7' }).end('<html>later</html>');
      return true;
    };
    await expect(listed(await store())).rejects.toMatchObject({
      failure: 'busy',
      retryAfter: 7000,
      message: 'the server answers with status 503',
    });
  });

  test('that repeats secrets does not make them known', async () => {
    server.intercept = (_, response) => {
      const said = `<Error><Code>Odd</Code><Message>you are ${login.secretAccessKey}\nat 12:00:01</Message></Error>`;
      response.writeHead(400, { 'content-type': 'application/xml' }).end(said);
      return true;
    };
    await expect(listed(await store({ keys: login }))).rejects.toThrow(/^Odd: you are \*\*\*$/);
  });

  test('in another region is asked there', async () => {
    server.put('fleet', 'a', 'a');
    server.intercept = (request, response) => {
      if (request.headers.authorization?.includes('/eu-west-9/')) return false;
      response
        .writeHead(400, { 'x-amz-bucket-region': 'eu-west-9' })
        .end(
          '<Error><Code>AuthorizationHeaderMalformed</Code><Message>the region is wrong</Message></Error>',
        );
      return true;
    };
    expect(await listed(await store({ keys: login }))).toHaveLength(1);
  });

  const answers: [string, string][] = [
    [
      'that never ends',
      '<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>x</NextContinuationToken></ListBucketResult>',
    ],
    ['that is none', '{"no": "XML"}'],
    ['that stops in the middle', '<ListBucketResult><Contents><Key>a</Key>'],
    [
      'with a bomb of entities',
      `<!DOCTYPE x [<!ENTITY a "${'a'.repeat(1000)}"><!ENTITY b "${'&a;'.repeat(1000)}"><!ENTITY c "${'&b;'.repeat(1000)}">]><ListBucketResult><Contents><Key>&c;</Key></Contents></ListBucketResult>`,
    ],
  ];
  test.each(answers)('with a list %s fails', async (_, answer) => {
    server.intercept = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/xml' }).end(answer);
      return true;
    };
    await expect(listed(await store())).rejects.toBeInstanceOf(StoreError);
  });

  test('that redirects is not followed', async () => {
    server.intercept = (_, response) => {
      response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
      return true;
    };
    await expect(listed(await store({ keys: login }))).rejects.toBeInstanceOf(StoreError);
    expect(server.asked.every(({ path }) => path.startsWith('/fleet'))).toBe(true);
  });

  test.each<Partial<S3Place>>([
    { endpoint: 'https://s3.amazonaws.com' },
    { endpoint: 'host/path' },
    { endpoint: 'user:secret@host' },
    { endpoint: '' },
    { bucket: 'arn:aws:s3:us-east-1:1:accesspoint/x' },
    { bucket: 'a/b' },
    { bucket: '..' },
    { bucket: '' },
  ])('%o is none', async place => {
    await expect(store(place)).rejects.toMatchObject({ name: 'StoreError', failure: 'invalid' });
  });
});
