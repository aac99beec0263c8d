import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  S3Client,
  type S3ClientConfig,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import type { ConnectionOptions } from '@millrace/http';
import { buildQueryString, type HttpHandler } from '@smithy/core/protocols';
import { HttpResponse } from '@smithy/core/transport';
import { StoreError, storeError } from './errors.ts';
import type { ObjectEntry, ObjectStore } from './object-store.ts';
import type { S3Place } from './place.ts';
import { endpointOf, isAmazon, regionIn, requireBucketName } from './s3-endpoint.ts';
import { type Answer, type Transport, transport, whole } from './transport.ts';

export function s3Store(place: S3Place, options: ConnectionOptions): ObjectStore {
  const Bucket = requireBucketName(place.bucket);
  const line = transport(options);
  const secrets = Object.values(place.keys ?? {}).filter(value => typeof value === 'string');
  let client = clientOf(place, line);
  const ask = async <T>(send: (by: S3Client) => Promise<T>, signal: AbortSignal): Promise<T> => {
    try {
      return await send(client).catch(cause => {
        const region = otherRegion(cause, place);
        if (region === undefined) throw cause;
        client = clientOf({ ...place, region }, line);
        return send(client);
      });
    } catch (cause) {
      signal.throwIfAborted();
      throw told(cause, secrets);
    }
  };
  return {
    async *list(Prefix, abortSignal) {
      let token: string | undefined;
      do {
        const input = { Bucket, Prefix, ContinuationToken: token, EncodingType: 'url' as const };
        const page = await ask(by => by.send(new ListObjectsV2Command(input), { abortSignal }), abortSignal);
        yield entriesOf(page);
        const next = page.IsTruncated ? page.NextContinuationToken : undefined;
        if (next !== undefined && next === token)
          throw new StoreError('invalid', 'the list does not go on: the server names the same page again');
        token = next;
      } while (token);
    },
    async open({ key }, abortSignal) {
      try {
        const command = new GetObjectCommand({ Bucket, Key: key });
        const { ETag = '', Body } = await ask(by => by.send(command, { abortSignal }), abortSignal);
        if (!(Body instanceof Readable)) throw new StoreError('invalid', 'the answer has no body');
        return { etag: unquoted(ETag), body: Body };
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
    async close() {
      client.destroy();
      await line.close();
    },
  };
}

function clientOf(place: S3Place, line: Transport): S3Client {
  const { keys } = place;
  const region = place.region || regionIn(place.endpoint) || 'us-east-1';
  const config: S3ClientConfig = {
    region,
    ...endpointOf(place),
    // A bucket of its own name in the DNS is Amazon's; others have it in the path.
    forcePathStyle: !isAmazon(place.endpoint) || place.bucket.includes('.'),
    requestHandler: handler(line),
    maxAttempts: 2,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // Without keys the SDK would look for some in the environment of the controller.
    credentials: keys
      ? {
          accessKeyId: keys.accessKeyId,
          secretAccessKey: keys.secretAccessKey,
          ...(keys.sessionToken ? { sessionToken: keys.sessionToken } : {}),
        }
      : { accessKeyId: 'none', secretAccessKey: 'none' },
    ...(keys ? {} : { signer: { sign: async request => request } }),
  };
  return new S3Client(config);
}

function handler(line: Transport): HttpHandler {
  return {
    async handle(request, options) {
      const { method, protocol, hostname, port, path, query, headers, body } = request;
      const search = buildQueryString(query);
      const { status, ...answer } = await line.send({
        method,
        origin: `${protocol}//${hostname}${port ? `:${port}` : ''}`,
        path: search ? `${path}?${search}` : path,
        headers,
        body: body as string | Uint8Array | undefined,
        signal: options?.abortSignal instanceof AbortSignal ? options.abortSignal : undefined,
      });
      const isObject = query['x-id'] === 'GetObject' && status === 200;
      const content = isObject ? answer.body : await document(status, answer);
      return {
        response: new HttpResponse({ statusCode: status, headers: answer.headers, body: content }),
      };
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  };
}

/** What the protocol says is XML, errors too; of a proxy's page the status is all that helps. */
async function document(status: number, { headers, body }: Omit<Answer, 'status'>): Promise<Readable> {
  const content = await whole(body);
  if (status >= 400 && content.length > 0 && !content.includes('<Error>')) {
    const message = `the server answers with status ${status}`;
    throw storeError({ status, message, retryAfter: headers['retry-after'] }, []);
  }
  return Readable.from([content]);
}

function entriesOf({ Contents = [], EncodingType }: ListObjectsV2CommandOutput): ObjectEntry[] {
  return Contents.map(({ Key, ETag, Size = 0 }) => {
    if (!Key || !ETag) throw new StoreError('invalid', 'the list names an object without a key or an etag');
    return { key: EncodingType === 'url' ? decoded(Key) : Key, etag: unquoted(ETag), size: Size };
  });
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    throw new StoreError(
      'invalid',
      `the list names ${JSON.stringify(key.slice(0, 200))}, which cannot be read`,
    );
  }
}

const unquoted = (etag: string) => etag.replace(/^"/, '').replace(/"$/, '');

/** Where the bucket is, if the server says that it is elsewhere than was thought. */
function otherRegion(cause: unknown, place: S3Place): string | undefined {
  if (!(cause instanceof S3ServiceException) || place.region) return undefined;
  const told = cause.$response?.headers['x-amz-bucket-region'] ?? Reflect.get(cause, 'Region');
  return typeof told === 'string' && /^[a-z0-9][a-z0-9-]{0,62}$/.test(told) ? told : undefined;
}

class NoSuchKey extends StoreError {}

function told(cause: unknown, secrets: string[]): StoreError {
  if (cause instanceof StoreError) return cause;
  if (!(cause instanceof S3ServiceException)) {
    const { message } = cause instanceof Error ? cause : { message: String(cause) };
    return storeError({ status: 400, message }, secrets);
  }
  const { name, message, $metadata, $response } = cause;
  if (name === 'NoSuchBucket') return new StoreError('no bucket', 'there is no such bucket');
  if (name === 'NoSuchKey' || name === 'NotFound') return new NoSuchKey('invalid', 'there is no such object');
  const retryAfter = $response?.headers['retry-after'];
  return storeError({ status: $metadata.httpStatusCode, code: name, message, retryAfter }, secrets);
}
