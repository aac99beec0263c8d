import type { Release } from '@millrace/helm';
import { identityHeaders } from '@millrace/kube';
import { type ReleaseContext, ReleaseNotFound, runTests } from '@millrace/releases';
import { HelmCommandError } from '../helm-error.ts';
import type { Said } from '../run.ts';
import type { ClusterFlags } from './cluster-flags.ts';
import { withReleases } from './open.ts';
import type { Format } from './print.ts';
import { formatRelease } from './release-text.ts';

export interface TestFlags extends ClusterFlags {
  namespace: string;
  patience: number;
  output: Format;
  logs?: boolean;
  filter?: string[];
}

/** `helm test NAME`: how its tests ended, also where one has failed. Throws HelmCommandError. */
export async function helmTest(
  name: string,
  flags: TestFlags,
  warn: (message: string) => void,
): Promise<Said> {
  const { include, exclude } = filtersOf(flags.filter ?? []);
  return withReleases(flags, warn, async on => {
    let logs = '';
    let error: string | undefined;
    try {
      await runTests(
        {
          name,
          include,
          exclude,
          timeout: flags.patience,
          ...(flags.logs && {
            async beforeCleanup() {
              logs = await logsOf(await on.records.last(name), { include, exclude }, on);
            },
          }),
        },
        on,
      );
    } catch (cause) {
      on.signal.throwIfAborted();
      if (cause instanceof ReleaseNotFound) throw cause;
      error = cause instanceof Error ? cause.message : String(cause);
    }
    const release = await on.records.last(name);
    const stdout =
      formatRelease(release, flags.output, { hideNotes: true }) + (flags.logs ? `\n${logs}` : '');
    return { stdout, ...(error !== undefined && { error }) };
  });
}

interface Filters {
  include: string[];
  exclude: string[];
}

/** `name=NAME` and `!name=NAME`. Throws HelmCommandError for anything else. */
function filtersOf(texts: string[]): Filters {
  const filters: Filters = { include: [], exclude: [] };
  for (const text of texts) {
    const [, not, name] = /^(!\s?)?name=(.*)$/s.exec(text) ?? [];
    if (name === undefined)
      throw new HelmCommandError(`${text} is no filter: it has to be name=NAME or !name=NAME`);
    (not ? filters.exclude : filters.include).push(name);
  }
  return filters;
}

/** What the Pods of the tests have written. */
async function logsOf(
  { hooks, namespace }: Release,
  { include, exclude }: Filters,
  { client, as, signal }: ReleaseContext,
): Promise<string> {
  let text = '';
  for (const { name, kind, events } of hooks) {
    if (!events.includes('test') || kind !== 'Pod') continue;
    if (exclude.includes(name) || (include.length > 0 && !include.includes(name))) continue;
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/log`;
    const answer = await client.transport.send({ method: 'GET', path, headers: identityHeaders(as), signal });
    text += `POD LOGS: ${name}\n${answer.text}\n`;
  }
  return text;
}
