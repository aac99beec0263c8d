import { names, type Receiver } from '@millrace/api';
import { formatDuration, parseDuration } from '@millrace/api/duration';
import { Failed, findCondition, type Outcome, type References, type Visit } from '@millrace/controller';
import { type KubeObject, keyOf } from '@millrace/kube';
import { validate } from './validate.ts';
import { webhookPath } from './webhook-path.ts';

/** Say at which path a Receiver listens, which follows from its token. */
export async function reconcile(receiver: Receiver, visit: Visit, references: References): Promise<Outcome> {
  const { metadata, spec, status } = receiver;
  validate(spec);
  const path = webhookPath(await tokenOf(receiver, references), metadata);
  const interval = parseDuration(spec.interval ?? '10m');
  // An interval of nothing is none.
  const again = interval > 0 ? { requeueAfter: interval } : {};
  const ready = findCondition(status?.conditions, names.ready);
  const isSaid = ready?.status === 'True' && ready.observedGeneration === metadata.generation;
  if (isSaid && status?.webhookPath === path && !visit.requested) return { kind: 'unchanged', ...again };
  const message = `Receiver initialized for path: ${path}`;
  const finished = `Reconciliation finished, next run in ${formatDuration(interval)}`;
  return {
    kind: 'ready',
    reason: 'Succeeded',
    message,
    ...again,
    status: { webhookPath: path },
    events: [{ severity: 'trace', reason: 'Succeeded', message: finished }],
  };
}

/** Throws Failed where there is none: then there is no path either. */
async function tokenOf({ metadata, spec }: Receiver, references: References): Promise<Buffer> {
  if (!spec.secretRef) return Buffer.alloc(0);
  const { namespace = '' } = metadata;
  const { name } = spec.secretRef;
  const ref = { apiVersion: 'v1', kind: 'Secret', namespace, name };
  const [secret] = await references.read(keyOf(metadata), 'token', [ref]);
  if (!secret)
    throw missing(
      `unable to read token from secret '${namespace}/${name}' error: secrets "${name}" not found`,
    );
  const { token } = (secret as KubeObject & { data?: Record<string, string> }).data ?? {};
  const bytes = Buffer.from(token ?? '', 'base64');
  // An empty one would make a path that everybody can work out, and signatures that everybody can make.
  if (bytes.length === 0)
    throw missing(`invalid '${namespace}/${name}' secret data: required fields 'token'`);
  return bytes;
}

function missing(message: string): Failed {
  const again = {
    status: 'True',
    reason: 'ProgressingWithRetry',
    message: 'Reconciliation in progress',
  } as const;
  return new Failed('TokenNotFound', message, {
    status: { webhookPath: null },
    conditions: { [names.reconciling]: again },
    note: false,
    events: [{ severity: 'error', reason: 'Failed', message }],
  });
}
