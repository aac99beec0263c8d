import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';

/** What a test does with a request before the server does; true: it has been answered. */
export type Interception = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Buckets in memory behind the part of S3's protocol that reads them, which remembers what it was asked. */
export interface S3Server {
  /** `host:port`. */
  endpoint: string;
  asked: { method: string; path: string; authorization: string | undefined }[];
  /** Who comes in, by a signature (version 4) that is checked; everybody where there is none. */
  login?: { accessKeyId: string; secretAccessKey: string } | undefined;
  intercept?: Interception | undefined;
  /** Objects on a page of a list. */
  pageSize: number;
  /** By key; a bucket that is named here is there. */
  bucket(name: string): Map<string, Buffer>;
  put(bucket: string, key: string, content: string | Uint8Array): void;
  stop(): Promise<void>;
}

export const etagOf = (content: Uint8Array) => createHash('md5').update(content).digest('hex');

/** @param tls without it the server speaks plain HTTP */
export async function startS3(tls?: ServerOptions): Promise<S3Server> {
  const buckets = new Map<string, Map<string, Buffer>>();
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url = '' } = request;
    const { authorization } = request.headers;
    self.asked.push({ method, path: url, authorization });
    if (self.intercept?.(request, response)) return;
    const problem = self.login && wrongSignature(request, self.login);
    if (problem) return refuse(response, 403, problem, 'the request is not who it says');
    const [path = '', search = ''] = url.split('?', 2) as [string, string?];
    const [, name = '', ...rest] = path.split('/');
    const found = buckets.get(decodeURIComponent(name));
    if (!found) return refuse(response, 404, 'NoSuchBucket', 'The specified bucket does not exist');
    const key = decodeURIComponent(rest.join('/'));
    if (key === '') return list(found, new URLSearchParams(search), self.pageSize, response);
    const content = found.get(key);
    if (!content) return refuse(response, 404, 'NoSuchKey', 'The specified key does not exist.');
    response.writeHead(200, { etag: `"${etagOf(content)}"`, 'content-length': content.byteLength });
    return response.end(content);
  };
  const server = tls ? createSecureServer(tls, answer) : createServer(answer);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const self: S3Server = {
    endpoint: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    pageSize: 1000,
    bucket(name) {
      const found = buckets.get(name) ?? new Map<string, Buffer>();
      buckets.set(name, found);
      return found;
    },
    put(bucket, key, content) {
      self.bucket(bucket).set(key, Buffer.from(content));
    },
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return self;
}

function refuse(response: ServerResponse, status: number, code: string, message: string) {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message><RequestId>${Math.random()}</RequestId></Error>`,
  );
}

function list(
  objects: ReadonlyMap<string, Buffer>,
  query: URLSearchParams,
  pageSize: number,
  response: ServerResponse,
) {
  const isEncoded = query.get('encoding-type') === 'url';
  const after = query.get('continuation-token') ?? '';
  const keys = [...objects.keys()]
    .filter(key => key.startsWith(query.get('prefix') ?? '') && key > after)
    .sort();
  const page = keys.slice(0, pageSize);
  const entries = page.map(key => {
    const content = objects.get(key)!;
    const name = isEncoded ? encodeURIComponent(key).replaceAll('%20', '+') : escaped(key);
    return `<Contents><Key>${name}</Key><ETag>&quot;${etagOf(content)}&quot;</ETag><Size>${content.byteLength}</Size></Contents>`;
  });
  const isTruncated = keys.length > page.length;
  const next = isTruncated ? `<NextContinuationToken>${escaped(page.at(-1)!)}</NextContinuationToken>` : '';
  response.writeHead(200, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0"?><ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>${next}` +
      `${isEncoded ? '<EncodingType>url</EncodingType>' : ''}${entries.join('')}</ListBucketResult>`,
  );
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/**
 * The code of the error, if the signature is not that of the keys:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
function wrongSignature(
  { method, url = '', headers }: IncomingMessage,
  { accessKeyId, secretAccessKey }: { accessKeyId: string; secretAccessKey: string },
): string | undefined {
  const given =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    );
  if (!given) return 'AccessDenied';
  const [, id, scope = '', signed = '', signature] = given;
  if (id !== accessKeyId) return 'InvalidAccessKeyId';
  const [path, search = ''] = url.split('?', 2) as [string, string?];
  const query = search.split('&').filter(Boolean).sort().join('&');
  const lines = signed.split(';').map(name => `${name}:${String(headers[name] ?? '').trim()}\n`);
  const canonical = [method, path, query, lines.join(''), signed, headers['x-amz-content-sha256']].join('\n');
  const hash = createHash('sha256').update(canonical).digest('hex');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, hash].join('\n');
  const key = scope
    .split('/')
    .reduce<string | Buffer>(
      (k, part) => createHmac('sha256', k).update(part).digest(),
      `AWS4${secretAccessKey}`,
    );
  return createHmac('sha256', key).update(text).digest('hex') === signature
    ? undefined
    : 'SignatureDoesNotMatch';
}
