import { writeFileSync } from 'node:fs';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ContainerClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { type Exchange, recordExchanges } from '@millrace/http/testing';
import { objectStore, type Place } from '../index.ts';
import { changed, files, goThrough } from '../testing/tour.ts';

/*
 * Goes through a bucket of a server that others have made, and writes what was asked and answered. With its version in
 * MADE_BY, and where it is as the second argument:
 *   node record.ts google http://127.0.0.1:4443    fake-gcs-server -scheme http -backend memory
 *   node record.ts azure http://127.0.0.1:10000    azurite-blob --inMemoryPersistence
 *   node record.ts s3 http://127.0.0.1:5000        MOTO_S3_DEFAULT_MAX_KEYS=4 moto_server
 * azurite and moto check signatures.
 */
const [, , kind = '', origin = ''] = process.argv;
const { MADE_BY } = process.env;
if (!MADE_BY || !origin) throw new Error('say which server, where it is, and in MADE_BY what it is');

interface Stage {
  place(url: string, bucket: string): Place;
  put(key: string, content: string): Promise<string | undefined>;
  /** By which nobody comes in. */
  stranger?: (url: string) => Place;
}

/** Of azurite, for everybody. */
const account = 'devstoreaccount1';
const accountKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

async function google(): Promise<Stage> {
  const json = { 'content-type': 'application/json' };
  await fetch(`${origin}/storage/v1/b?project=fleet`, { method: 'POST', headers: json, body: '{"name":"fleet"}' });
  return {
    place: (url, bucket) => ({ kind: 'google', bucket, origin: url }),
    async put(key, body) {
      const to = `${origin}/upload/storage/v1/b/fleet/o?uploadType=media&name=${encodeURIComponent(key)}`;
      const answer = await fetch(to, { method: 'POST', body });
      return ((await answer.json()) as { etag: string }).etag;
    },
  };
}

async function azure(): Promise<Stage> {
  const endpoint = `${origin}/${account}`;
  const container = new ContainerClient(`${endpoint}/fleet`, new StorageSharedKeyCredential(account, accountKey));
  await container.createIfNotExists();
  const place = (url: string, name: string, key: string): Place => ({
    kind: 'azure',
    endpoint: `${url}/${account}`,
    container: name,
    credential: { kind: 'key', account, key },
  });
  return {
    place: (url, name) => place(url, name, accountKey),
    put: async (key, content) =>
      (await container.getBlockBlobClient(key).upload(content, Buffer.byteLength(content))).etag,
    stranger: url => place(url, 'fleet', Buffer.from('a wrong key').toString('base64')),
  };
}

async function s3(): Promise<Stage> {
  const keys = await userOfMoto();
  const client = new S3Client({ endpoint: origin, region: 'us-east-1', forcePathStyle: true, credentials: keys });
  const place = (url: string, bucket: string, secretAccessKey: string): Place => ({
    kind: 's3',
    endpoint: new URL(url).host,
    insecure: true,
    bucket,
    keys: { ...keys, secretAccessKey },
  });
  return {
    place: (url, bucket) => place(url, bucket, keys.secretAccessKey),
    put: async (Key, Body) => (await client.send(new PutObjectCommand({ Bucket: 'fleet', Key, Body }))).ETag,
    stranger: url => place(url, 'fleet', 'wrong'),
  };
}

/** Somebody who may do anything with S3, and a bucket; from then on nobody comes in without a signature. */
async function userOfMoto() {
  const ask = async (service: string, path: string, method: string, form: Record<string, string> = {}) => {
    const credential = `Credential=x/20260101/us-east-1/${service}/aws4_request`;
    const headers = { authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=x` };
    const body = method === 'POST' ? { body: new URLSearchParams({ Version: '2010-05-08', ...form }) } : {};
    return (await fetch(`${origin}${path}`, { method, headers, ...body })).text();
  };
  const user = { UserName: 'reader' };
  const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] };
  await ask('s3', '/fleet', 'PUT');
  await ask('iam', '/', 'POST', { Action: 'CreateUser', ...user });
  const PolicyDocument = JSON.stringify(policy);
  await ask('iam', '/', 'POST', { Action: 'PutUserPolicy', PolicyName: 'all', PolicyDocument, ...user });
  const made = await ask('iam', '/', 'POST', { Action: 'CreateAccessKey', ...user });
  const field = (name: string) => made.split(`<${name}>`)[1]?.split('<')[0] ?? '';
  await fetch(`${origin}/moto-api/reset-auth`, { method: 'POST', body: '0' });
  return { accessKeyId: field('AccessKeyId'), secretAccessKey: field('SecretAccessKey') };
}

const stages: Record<string, () => Promise<Stage>> = { google, azure, s3 };
const { place, put, stranger } = await stages[kind]!();
const etags: Record<string, string | undefined> = {};
for (const [key, content] of Object.entries(files)) etags[key] = await put(key, content);

const recorded = async (whatHappens: (url: string) => Promise<unknown>): Promise<Exchange[]> => {
  const recorder = await recordExchanges(origin);
  await whatHappens(recorder.url);
  recorder.stop();
  return recorder.exchanges;
};
const lists = (of: Place) =>
  objectStore(of, {}).then(async store => {
    await Array.fromAsync(store.list('', AbortSignal.timeout(30_000))).catch(() => {});
    await store.close();
  });

let changedEtag: string | undefined;
const exchanges = {
  tour: await recorded(url =>
    goThrough(place(url, 'fleet'), async () => {
      changedEtag = await put('live.yaml', changed);
    }),
  ),
  noBucket: await recorded(url => lists(place(url, 'nobody-has-it'))),
  ...(stranger ? { stranger: await recorded(url => lists(stranger(url))) } : {}),
};
const content = { 'made by': MADE_BY, etags, changedEtag, exchanges };
writeFileSync(new URL(`${kind}.json`, import.meta.url), `${JSON.stringify(content, null, 1)}\n`);
