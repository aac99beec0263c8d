import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import type { JsonObject } from '@millrace/json';

/** What a kubeconfig says of a user. */
export interface User {
  cert?: string | undefined;
  key?: string | undefined;
  token?: string | undefined;
  tokenFile?: string | undefined;
  username?: string | undefined;
  password?: string | undefined;
  exec?: JsonObject | undefined;
}

/** How requests prove who sends them. */
export interface Credentials {
  cert?: string;
  key?: string;
  /** Headers for the next request; files and plugins are asked again when their answer has aged. */
  headers(): Promise<Record<string, string>>;
  /**
   * The server has answered 401: what stands in a file is read again. Returns whether that may help; undefined where
   * nothing is read from a file.
   */
  refused?(): boolean;
}

/** A token file is read again after a minute, as client-go does: Kubernetes rotates it. */
const tokenFileAge = 60_000;
/** After a refusal it is read again, but not at every refusal of many. */
const leastTokenAge = 1000;

/** Turn a user into headers and a client certificate. Exec plugins run through @kubernetes/client-node. */
export function credentialsOf(user: User): Credentials {
  const file = !user.token && user.tokenFile ? tokenFile(user.tokenFile) : undefined;
  const authorization = file?.authorization ?? authorizationOf(user);
  return {
    ...(user.cert ? { cert: user.cert } : {}),
    ...(user.key ? { key: user.key } : {}),
    ...(file ? { refused: file.refused } : {}),
    async headers(): Promise<Record<string, string>> {
      const value = await authorization();
      return value ? { authorization: value } : {};
    },
  };
}

function authorizationOf(user: User): () => Promise<string | undefined> {
  if (user.token) return async () => `Bearer ${user.token}`;
  if (user.exec) return fromPlugin(user.exec);
  if (user.username) {
    const basic = Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64');
    return async () => `Basic ${basic}`;
  }
  return async () => undefined;
}

function tokenFile(path: string) {
  let read = { at: 0, token: '' };
  return {
    async authorization() {
      const now = Date.now();
      if (now - read.at > tokenFileAge) read = { at: now, token: (await readFile(path, 'utf8')).trim() };
      return `Bearer ${read.token}`;
    },
    refused() {
      const isOld = Date.now() - read.at > leastTokenAge;
      if (isOld) read = { at: 0, token: '' };
      return isOld;
    },
  };
}

function fromPlugin(exec: JsonObject): () => Promise<string | undefined> {
  const plugin = import('@kubernetes/client-node/dist/exec_auth.js').then(module => new module.ExecAuth());
  return async () => {
    const request: RequestOptions = { headers: {} };
    await (await plugin).applyAuthentication({ name: 'exec', exec }, request);
    return (request.headers as Record<string, string>).Authorization;
  };
}
