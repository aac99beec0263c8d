import { Readable } from 'node:stream';
import type { HttpHandler } from '@smithy/core/protocols';
import { type HttpRequest, HttpResponse } from '@smithy/core/transport';
import type { QueryParameterBag } from '@smithy/types';
import type { Http } from '../http.ts';
import type { AwsKeys } from './keys.ts';

/** For the SDK, which writes into what it is given. */
export function copied({ accessKeyId, secretAccessKey, sessionToken }: AwsKeys): AwsKeys {
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}

/** Requests of the AWS SDK go by way of ours: its time, its size, its proxies. */
export function requestHandler(http: Http): HttpHandler {
  return {
    async handle(request, options) {
      const answer = await http({
        method: request.method,
        url: urlOf(request),
        headers: request.headers,
        ...(request.body === undefined ? {} : { body: request.body as string | Uint8Array }),
        ...(options?.abortSignal instanceof AbortSignal ? { signal: options.abortSignal } : {}),
      });
      const { status: statusCode, headers } = answer;
      return { response: new HttpResponse({ statusCode, headers, body: Readable.from([answer.body]) }) };
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  };
}

type Place = Pick<HttpRequest, 'protocol' | 'hostname' | 'path'> & {
  port?: number;
  query?: QueryParameterBag;
};

/** The request as a URL. AWS signs spaces as %20 and wants stars encoded. */
export function urlOf(request: Place): string {
  const place = `${request.protocol}//${request.hostname}${request.port ? `:${request.port}` : ''}`;
  const query = Object.entries(request.query ?? {}).flatMap(([name, value]) =>
    [value ?? ''].flat().map(one => `${encode(name)}=${encode(one)}`),
  );
  return `${place}${request.path}${query.length ? `?${query.join('&')}` : ''}`;
}

const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
