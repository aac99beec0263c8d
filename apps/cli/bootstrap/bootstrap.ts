import { isNotFound } from '@millrace/kube';
import { CliError } from '../cli-error.ts';
import type { Globals } from '../globals.ts';
import { confirmOverride } from '../install/override.ts';
import { installationOf } from '../verbs/installation.ts';
import { type Session, withCluster } from '../verbs/session.ts';
import { ensureComponents } from './components.ts';
import { reportHealth } from './health.ts';
import { ensureRepository } from './hosted-repository.ts';
import type { Plan } from './plan.ts';
import { ensureSourceSecret } from './source-secret.ts';
import { askForFetch, ensureSync, requireSamePath } from './sync.ts';
import { cloneWorkCopy } from './work-copy.ts';

/**
 * Let a cluster manage itself from a Git repository: the repository is made where it is missing, gets what an
 * installation consists of, and the cluster follows it. Whatever is there already stays as it is. Throws CliError.
 * @param read what the flags say, which may ask a host
 */
export async function bootstrapCluster(
  globals: Globals,
  { force = false }: { force?: boolean },
  read: (signal: AbortSignal) => Promise<Plan>,
): Promise<void> {
  await withCluster(globals, async session => {
    if (!force) await confirmTakeOver(session);
    await follow(await read(session.signal), session);
  });
}

/** Do what the plan says, in the order in which each step needs the one before. */
export async function follow(plan: Plan, session: Session): Promise<void> {
  await requireSamePath(plan, session);
  if (plan.host) await ensureRepository(plan.host);
  const copy = await cloneWorkCopy(plan, session.signal);
  const before = copy.head;
  try {
    await ensureComponents(plan, copy, session);
    await plan.host?.repository.makeDefault?.(plan.flags.branch);
    await ensureSourceSecret(plan, session);
    await ensureSync(plan, copy, session);
    if (copy.head !== before) await askForFetch(plan, session);
    await reportHealth(plan, copy.head ?? '', session);
  } finally {
    await copy.remove();
  }
}

async function confirmTakeOver(session: Session): Promise<void> {
  const there = await installationOf(session).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    session.signal.throwIfAborted();
    throw new CliError(`cluster info unavailable: ${(error as Error).message}`, { cause: error });
  });
  if (there) await confirmOverride(there, 'bootstrap cancelled');
}
