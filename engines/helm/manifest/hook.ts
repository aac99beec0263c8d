import { trimSpace } from './white-space.ts';

/** When a hook runs. */
export type HookEvent =
  | 'pre-install'
  | 'post-install'
  | 'pre-delete'
  | 'post-delete'
  | 'pre-upgrade'
  | 'post-upgrade'
  | 'pre-rollback'
  | 'post-rollback'
  | 'test';

/** A manifest that is no part of the release but runs at certain moments of it. */
export interface Hook {
  name: string;
  kind: string;
  /** The template that it comes from. */
  path: string;
  manifest: string;
  events: HookEvent[];
  /** Hooks of one event run from the lowest weight up. */
  weight: number;
  /** `hook-succeeded`, `hook-failed`, `before-hook-creation`, or what else the chart says. */
  deletePolicies: string[];
  /** `hook-succeeded`, `hook-failed`, or what else the chart says. */
  outputLogPolicies: string[];
  /** How it last ran; times are RFC 3339. */
  lastRun: HookExecution;
}

export interface HookExecution {
  startedAt?: string;
  completedAt?: string;
  /** `Unknown`, `Running`, `Succeeded`, `Failed`, or '' before the first run. */
  phase: string;
}

export const hookAnnotation = 'helm.sh/hook';
const weightAnnotation = 'helm.sh/hook-weight';
const deleteAnnotation = 'helm.sh/hook-delete-policy';
const outputLogAnnotation = 'helm.sh/hook-output-log-policy';

const events: ReadonlyMap<string, HookEvent> = new Map([
  ...(
    [
      'pre-install',
      'post-install',
      'pre-delete',
      'post-delete',
      'pre-upgrade',
      'post-upgrade',
      'pre-rollback',
      'post-rollback',
      'test',
    ] as const
  ).map(event => [event, event] as const),
  // What tests were called in Helm 2.
  ['test-success', 'test'],
]);

/** What the annotations of a hook say, or undefined if one of its events is unknown: Helm leaves such a hook out. */
export function hookSettings(annotations: {
  [key: string]: string;
}): Pick<Hook, 'events' | 'weight' | 'deletePolicies' | 'outputLogPolicies'> | undefined {
  const known = listed(annotations[hookAnnotation]).map(event => events.get(event));
  if (known.includes(undefined)) return undefined;
  return {
    events: known as HookEvent[],
    weight: integer(annotations[weightAnnotation] ?? ''),
    deletePolicies: listed(annotations[deleteAnnotation]),
    outputLogPolicies: listed(annotations[outputLogAnnotation]),
  };
}

function listed(text: string | undefined): string[] {
  return text === undefined ? [] : text.split(',').map(item => trimSpace(item).toLowerCase());
}

/** strconv.Atoi, and 0 for what is no integer. */
function integer(text: string): number {
  return /^[-+]?\d{1,18}$/.test(text) ? Number(text) + 0 : 0;
}
