import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isObject, type Json } from '@millrace/json';
import {
  InvalidDockerConfig,
  type Login,
  loginFor,
  parseDockerConfig,
  type RepositoryName,
} from '@millrace/oci';
import { CliError } from '../cli-error.ts';
import { tell } from '../output/print.ts';

export type Provider = 'generic' | 'aws' | 'azure' | 'gcp';

export interface LoginOptions {
  /** `user:password`. */
  creds?: string;
  provider: Provider;
}

/** As whom a registry is asked: by --creds, a cloud, or what docker, podman and the like have kept. Throws CliError. */
export async function loginOf(
  name: RepositoryName,
  { creds, provider }: LoginOptions,
  signal: AbortSignal,
): Promise<Login | undefined> {
  if (provider !== 'generic') {
    tell.action('logging in to registry with provider credentials');
    const { cloud } = await import('@millrace/cloud');
    return cloud()
      .registryLogin(provider, name.host, 'controller', signal)
      .catch(cause => {
        throw new CliError(`error during login with provider: ${cause.message}`, { cause });
      });
  }
  if (creds) {
    tell.action('logging in to registry with credentials');
    return credentialsIn(creds);
  }
  return keptLogin(name, signal);
}

function credentialsIn(text: string): Login {
  const colon = text.indexOf(':');
  // Without a password it is a token, as for Flux.
  if (colon < 0) return { registryToken: text };
  if (colon === 0) throw new CliError('could not login with credentials: --creds is <username>[:<password>]');
  return { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Where clients of registries keep logins, the first that there is. */
function configFiles(): string[] {
  const { DOCKER_CONFIG, REGISTRY_AUTH_FILE, XDG_RUNTIME_DIR } = process.env;
  return [
    join(DOCKER_CONFIG || join(homedir(), '.docker'), 'config.json'),
    ...(REGISTRY_AUTH_FILE ? [REGISTRY_AUTH_FILE] : []),
    ...(XDG_RUNTIME_DIR ? [join(XDG_RUNTIME_DIR, 'containers', 'auth.json')] : []),
  ];
}

async function keptLogin(name: RepositoryName, signal: AbortSignal): Promise<Login | undefined> {
  for (const file of configFiles()) {
    const text = read(file);
    if (text === undefined) continue;
    const helper = helperFor(text, name);
    const login = (helper && (await askHelper(helper, name, signal))) ?? loginIn(text, file, name);
    if (login) return login;
  }
  return undefined;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function loginIn(text: string, file: string, name: RepositoryName): Login | undefined {
  try {
    // A config of docker without logins has none.
    return /"auths"/.test(text) ? loginFor(parseDockerConfig(text), name) : undefined;
  } catch (error) {
    if (error instanceof InvalidDockerConfig)
      throw new CliError(`${file} is no Docker config: ${error.message}`);
    throw error;
  }
}

/** `credHelpers` by registry, else `credsStore` (docker-credential-helpers). */
function helperFor(text: string, { host }: RepositoryName): string | undefined {
  let config: Json;
  try {
    config = JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
  const { credHelpers, credsStore } = isObject(config) ? config : {};
  const named = isObject(credHelpers) && Object.hasOwn(credHelpers, host) ? credHelpers[host] : credsStore;
  // It becomes the name of a program.
  return typeof named === 'string' && /^[A-Za-z0-9._-]{1,100}$/.test(named) ? named : undefined;
}

const longestAnswer = 1 << 20;

async function askHelper(
  helper: string,
  { host }: RepositoryName,
  signal: AbortSignal,
): Promise<Login | undefined> {
  const answer = await new Promise<string>(resolve => {
    const asked = host === 'index.docker.io' ? 'https://index.docker.io/v1/' : host;
    const options = { signal, maxBuffer: longestAnswer };
    const child = execFile(`docker-credential-${helper}`, ['get'], options, (error, out) =>
      resolve(error ? '' : out),
    );
    child.stdin?.on('error', () => {});
    child.stdin?.end(asked);
  });
  signal.throwIfAborted();
  let value: Json = null;
  try {
    value = JSON.parse(answer) as Json;
  } catch {
    // It has none for this registry.
  }
  const { Username: username, Secret: password } = isObject(value) ? value : {};
  if (typeof username !== 'string' || typeof password !== 'string') return undefined;
  return username === '<token>' ? { identityToken: password } : { username, password };
}
