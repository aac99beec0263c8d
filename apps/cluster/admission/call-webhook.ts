import { randomUUID } from 'node:crypto';
import { request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import { ApiError } from '../api/status.ts';
import { listAt, numberAt, objectAt, textAt, valueAt } from '../api/tree.ts';
import type { Webhook } from './webhook.ts';

/** The webhook could not be asked, or what it said is no answer. */
export class WebhookFailed extends Error {
  override name = 'WebhookFailed';
}

/** What a webhook said of a request it allows. */
export interface Allowed {
  /** A JSON patch; empty when it changes nothing. */
  readonly patch: readonly Json[];
  readonly warnings: readonly string[];
}

/** Answers of webhooks are not larger than what they are asked about. */
const answerLimit = 16 << 20;

/**
 * Ask a webhook at an address about a request (the `request` of an AdmissionReview without its uid). Throws ApiError
 * where it refuses, with its code, and WebhookFailed where there is no answer.
 * https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#webhook-request-and-response
 */
export async function callWebhook(webhook: Webhook, url: string, asked: JsonObject): Promise<Allowed> {
  const uid = randomUUID();
  const review = { kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', request: { uid, ...asked } };
  const answer = parseAnswer(await post(webhook, url, JSON.stringify(review)));
  const response = objectAt(answer, 'response');
  const [apiVersion, kind] = [textAt(answer, 'apiVersion'), textAt(answer, 'kind')];
  if (apiVersion !== 'admission.k8s.io/v1' || kind !== 'AdmissionReview')
    throw new WebhookFailed(
      `received invalid webhook response: expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got ${apiVersion}, Kind=${kind}`,
    );
  if (textAt(response, 'uid') !== uid)
    throw new WebhookFailed(
      `received invalid webhook response: expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(textAt(response, 'uid'))}`,
    );
  if (response.allowed !== true) throw refusal(webhook, response);
  return { patch: patchOf(response), warnings: listAt(response, 'warnings').map(String) };
}

function refusal({ name }: Webhook, response: JsonObject): ApiError {
  const status = valueAt(response, 'status');
  const [message, reason] = [textAt(status, 'message'), textAt(status, 'reason')];
  const code = numberAt(status, 'code') ?? 0;
  const why = message || reason;
  const text = why ? `denied the request: ${why}` : 'denied the request without explanation';
  const details = isObject(status) && isObject(status.details) ? status.details : undefined;
  // A refusal is one, whatever code the webhook gives.
  return new ApiError(
    code >= 400 && code < 600 ? code : 400,
    reason,
    `admission webhook ${JSON.stringify(name)} ${text}`,
    details,
  );
}

function patchOf(response: JsonObject): Json[] {
  const text = textAt(response, 'patch');
  if (!text) return [];
  if (textAt(response, 'patchType') !== 'JSONPatch')
    throw new WebhookFailed(
      `received invalid webhook response: webhook returned response.patch but not response.patchType`,
    );
  const patch = parseJson(Buffer.from(text, 'base64').toString());
  if (!Array.isArray(patch))
    throw new WebhookFailed('received invalid webhook response: response.patch is no JSON patch');
  return patch;
}

function parseAnswer({ code, text }: { code: number; text: string }): Json {
  if (code < 200 || code > 299)
    throw new WebhookFailed(
      code >= 500
        ? 'failed to call webhook: an error on the server ("unknown") has prevented the request from succeeding'
        : `failed to call webhook: the server answered with the status ${code}`,
    );
  return parseJson(text);
}

function parseJson(text: string): Json {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new WebhookFailed(`failed to call webhook: its answer is no JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function post(webhook: Webhook, address: string, body: string): Promise<{ code: number; text: string }> {
  const url = new URL(address);
  url.searchParams.set('timeout', `${webhook.seconds}s`);
  const fail = (why: string, cause?: unknown) =>
    new WebhookFailed(`failed to call webhook: Post ${JSON.stringify(url.href)}: ${why}`, { cause });
  return new Promise((resolve, reject) => {
    const sent = (url.protocol === 'http:' ? plain : secure)(
      url,
      {
        method: 'POST',
        ...(webhook.authority && { ca: webhook.authority }),
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
        signal: AbortSignal.timeout(webhook.seconds * 1000),
      },
      async answer => {
        let text = '';
        try {
          for await (const chunk of answer.setEncoding('utf8')) {
            text += chunk;
            if (text.length > answerLimit)
              throw new Error(`the answer is longer than ${answerLimit} characters`);
          }
          resolve({ code: answer.statusCode ?? 0, text });
        } catch (error) {
          reject(fail((error as Error).message, error));
        }
      },
    );
    sent.on('error', error =>
      reject(fail(error.name === 'TimeoutError' ? 'context deadline exceeded' : wording(error), error)),
    );
    sent.end(body);
  });
}

/** As Go words it where it can be told. */
function wording(error: NodeJS.ErrnoException & { address?: string; port?: number }): string {
  if (error.code !== 'ECONNREFUSED') return error.message;
  return `dial tcp ${error.address}:${error.port}: connect: connection refused`;
}
