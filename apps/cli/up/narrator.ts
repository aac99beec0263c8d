import type { Json } from '@millrace/json';
import type { KubeObject } from '@millrace/kube';
import { printable } from '@millrace/plain-text';

/** What is said of an event of core/v1. */
export interface EventView extends KubeObject {
  involvedObject?: { kind?: string; name?: string; namespace?: string };
  reason?: string;
  message?: string;
  type?: string;
  count?: number;
  source?: { component?: string };
}

const components = [
  'source-controller',
  'kustomize-controller',
  'helm-controller',
  'image-automation-controller',
];

/** Symbols as Flux's CLI has them, and the colours of a terminal. */
const symbols = {
  fetched: ['◎', 36],
  created: ['✚', 32],
  configured: ['✎', 33],
  deleted: ['✖', 35],
  healthy: ['♥', 32],
  done: ['✔', 32],
  waiting: ['…', 90],
  failed: ['✗', 31],
} as const;

type Symbol = keyof typeof symbols;

/**
 * The lines that tell of one event of the controllers; none for what is nobody's business.
 * @param subject whose event it is, as users know it
 */
export function narrate(event: EventView, subject: string, colour: boolean): string[] {
  if (!components.includes(event.source?.component ?? '')) return [];
  const line = (symbol: Symbol, text: string) => {
    const [sign, code] = symbols[symbol];
    const said = `${printable(subject).padEnd(16)} ${printable(text)}`;
    return `${colour ? `\u001b[${code}m${sign}\u001b[0m` : sign} ${said}`;
  };
  const message = event.message ?? '';
  if (event.type === 'Warning')
    return message.split('\n').map((text, i) => line('failed', i === 0 ? text : `  ${text}`));
  switch (event.reason) {
    case 'NewArtifact':
      return [line('fetched', message.replace('stored artifact for commit', 'fetched commit'))];
    case 'ArtifactUpToDate':
    case 'GitOperationSucceeded':
      return [];
    case 'DependencyNotReady':
      return [line('waiting', message.startsWith('circular') ? message : 'waits for its dependencies')];
    case 'ArtifactFailed':
      // It comes by an event, long before the time that Flux's words name.
      return [
        line(
          'waiting',
          message.replace(/^Source artifact not found, retrying in \S+$/, 'waits for its source'),
        ),
      ];
    case 'Succeeded':
      return message.startsWith('pushed ') ? [line('done', message.split('\n')[0]!)] : [];
    case 'ReconciliationSucceeded':
      return [line('done', `ready (${revisionOf(event)})`)];
    case 'InstallSucceeded':
    case 'UpgradeSucceeded':
    case 'RollbackSucceeded':
    case 'UninstallSucceeded':
    case 'TestSucceeded':
    case 'DriftCorrected':
      return message.split('\n').map(text => line('done', text));
    case 'Progressing':
      return message.split('\n').map(text => line(symbolOf(text), text));
    default:
      return [line('waiting', message)];
  }
}

function symbolOf(text: string): Symbol {
  const action = /(created|configured|deleted)$/.exec(text)?.[1] as Symbol | undefined;
  return action ?? (text.startsWith('Health check passed') ? 'healthy' : 'waiting');
}

/** `main@sha1:0a1b2c3d`: enough to know a commit by. */
function revisionOf(event: EventView): string {
  const annotations = (event.metadata.annotations ?? {}) as Record<string, Json>;
  const revision = Object.entries(annotations).find(([key]) => key.endsWith('/revision'))?.[1];
  return String(revision ?? '').replace(/(sha\d+:[0-9a-f]{8})[0-9a-f]+$/, '$1');
}
