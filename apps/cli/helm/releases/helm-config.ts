import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isObject, type Json } from '@millrace/json';
import { loginFor, parseDockerConfig, type RepositoryName } from '@millrace/oci';
import { parseAll } from '@millrace/yaml';
import { HelmCommandError } from '../helm-error.ts';
import type { ChartFlags } from './chart-flags.ts';

/** Where helm keeps its configuration. */
function configFolder(): string {
  const { HELM_CONFIG_HOME, XDG_CONFIG_HOME } = process.env;
  if (HELM_CONFIG_HOME) return HELM_CONFIG_HOME;
  if (XDG_CONFIG_HOME) return join(XDG_CONFIG_HOME, 'helm');
  const mac = process.platform === 'darwin';
  return mac ? join(homedir(), 'Library', 'Preferences', 'helm') : join(homedir(), '.config', 'helm');
}

/** A repository that `helm repo add` has named. Throws HelmCommandError where there is none. */
export function repositoryNamed(name: string, file?: string): { url: string } & ChartFlags {
  const path = file ?? process.env.HELM_REPOSITORY_CONFIG ?? join(configFolder(), 'repositories.yaml');
  const none = () => new HelmCommandError(`repo ${name} not found`);
  if (!existsSync(path)) throw none();
  const [config] = parseAll(readFileSync(path, 'utf8'));
  const list: Json[] = isObject(config) && Array.isArray(config.repositories) ? config.repositories : [];
  const found = list.filter(isObject).find(entry => entry.name === name);
  if (!found || typeof found.url !== 'string') throw none();
  const text = (key: string) =>
    typeof found[key] === 'string' && found[key] !== '' ? found[key] : undefined;
  const flags: ChartFlags = {};
  const [username, password] = [text('username'), text('password')];
  const [certFile, keyFile, caFile] = [text('certFile'), text('keyFile'), text('caFile')];
  if (username !== undefined) flags.username = username;
  if (password !== undefined) flags.password = password;
  if (certFile !== undefined) flags.certFile = certFile;
  if (keyFile !== undefined) flags.keyFile = keyFile;
  if (caFile !== undefined) flags.caFile = caFile;
  if (found.pass_credentials_all === true) flags.passCredentials = true;
  if (found.insecure_skip_tls_verify === true) flags.insecureSkipTlsVerify = true;
  return { url: found.url, ...flags };
}

/** The login for a registry that `helm registry login`, or `docker login`, has left. */
export function loginOf(place: RepositoryName, file?: string) {
  const { HELM_REGISTRY_CONFIG, DOCKER_CONFIG } = process.env;
  const own = file ?? HELM_REGISTRY_CONFIG ?? join(configFolder(), 'registry', 'config.json');
  const docker = join(DOCKER_CONFIG ?? join(homedir(), '.docker'), 'config.json');
  for (const path of [own, docker]) {
    if (!existsSync(path)) continue;
    const login = loginFor(parseDockerConfig(readFileSync(path, 'utf8')), place);
    if (login) return login;
  }
  return undefined;
}
