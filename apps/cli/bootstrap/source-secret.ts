import { ensureDeployKey, HostError, isSameKey } from '@millrace/git-hosts';
import { isNotFound, type KubeObject } from '@millrace/kube';
import { CliError } from '../cli-error.ts';
import { type Secret, secretOf, sshSecret, upsertSecret } from '../create/secret-objects.ts';
import { tell } from '../output/print.ts';
import { textAt } from '../resources/resource.ts';
import { fieldManager } from '../verbs/reconcile.ts';
import type { Session } from '../verbs/session.ts';
import { deployKeyOf, deployName, type Plan } from './plan.ts';

/** Let the cluster into the repository: by what it has already, unless something else was named. Throws CliError. */
export async function ensureSourceSecret(plan: Plan, session: Session): Promise<void> {
  try {
    await ensure(plan, session);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    throw new CliError(error.message, { cause: error });
  }
}

async function ensure(plan: Plan, session: Session): Promise<void> {
  const { install, flags, access } = plan;
  const key = `${install.namespace}/${flags.secretName}`;
  const token = access.kind === 'deploy token' ? await deployToken(plan, session) : undefined;
  tell.action(`determining if source secret "${key}" exists`);
  const there = await existing(plan, session);
  const isGiven =
    access.kind === 'key' ? flags.privateKeyFile : access.kind !== 'deploy token' || token || access.ca;
  if (there && !isGiven) {
    if (access.kind === 'key') await letInAgain(plan, there);
    tell.success('source secret up to date');
    return;
  }
  tell.action('generating source secret');
  const secret = await secretFor(plan, token);
  const publicKey = secret.stringData?.['identity.pub'];
  if (publicKey) {
    tell.success(`public key: ${publicKey.trim()}`);
    await letIn(plan, publicKey);
  }
  tell.action(`applying source secret "${key}"`);
  await upsertSecret(session, secret, fieldManager);
  tell.success('reconciled source secret');
}

async function existing(
  { install: { namespace }, flags: { secretName: name } }: Plan,
  { client, signal }: Session,
): Promise<KubeObject | undefined> {
  const ref = { apiVersion: 'v1', kind: 'Secret', name, namespace };
  return client.get(ref, { as: 'own', signal }).catch(error => {
    if (isNotFound(error)) return undefined;
    throw new CliError(`failed to determine if deploy key secret exists: ${(error as Error).message}`, {
      cause: error,
    });
  });
}

async function secretFor(
  { install: { namespace }, flags, access }: Plan,
  token: { username: string; token: string } | undefined,
): Promise<Secret> {
  const { secretName: name } = flags;
  if (access.kind === 'key') {
    const { password } = access;
    const options = { ...flags, ...(password && flags.privateKeyFile ? { password } : {}) };
    return sshSecret(name, namespace, `ssh://${access.host}`, options).catch((error: Error) => {
      throw error instanceof CliError ? error : new CliError(error.message, { cause: error });
    });
  }
  const ca: Record<string, string> = access.ca ? { 'ca.crt': access.ca } : {};
  if (access.kind === 'bearer token')
    return secretOf({ name, namespace, data: { bearerToken: access.token, ...ca } });
  const { username, password } =
    access.kind === 'login' ? access : { username: token?.username, password: token?.token };
  const login: Record<string, string> = username && password ? { username, password } : {};
  return secretOf({ name, namespace, data: { ...login, ...ca } });
}

/** Where a host is asked, it is told the key; else the person is. */
async function letIn(plan: Plan, publicKey: string): Promise<void> {
  if (!plan.host) return plan.letIn(publicKey);
  const key = deployKeyOf(plan, publicKey);
  if (await ensureDeployKey(plan.host.repository, key)) told(plan, `deploy key "${key.name}"`);
}

/** A repository that has been made anew does not know the key that the cluster has. What a key may do stays as it is. */
async function letInAgain(plan: Plan, secret: KubeObject): Promise<void> {
  const publicKey = entryOf(secret, 'identity.pub');
  if (!plan.host || !publicKey) return;
  const keys = await plan.host.repository.deployKeys();
  if (!keys.some(({ key }) => isSameKey(key, publicKey))) await letIn(plan, publicKey);
}

/** A new token, which the cluster is to have; undefined where it has one that is good. */
async function deployToken(plan: Plan, session: Session) {
  const tokens = plan.host?.repository.deployTokens;
  if (!tokens) throw new CliError('this host has no deploy tokens');
  tell.action('checking to reconcile deploy token for source secret');
  const name = deployName(plan);
  const namesakes = (await tokens.list()).filter(token => token.name === name);
  const there = await existing(plan, session);
  const username = there && entryOf(there, 'username');
  if (username && namesakes.some(token => token.username === username)) {
    tell.success('reconciled deploy token for source secret');
    return undefined;
  }
  for (const { id } of namesakes) await tokens.remove(id);
  const made = await tokens.create(name);
  told(plan, `deploy token "${name}"`);
  return made;
}

function told({ host }: Plan, what: string): void {
  tell.success(`configured ${what} for "${host?.repository.url}"`);
}

function entryOf(secret: KubeObject, key: string): string {
  return Buffer.from(textAt(secret, 'data', key), 'base64').toString('utf8');
}
