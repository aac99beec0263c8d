import { HelmCommandError } from '../apps/cli/helm/helm-error.ts';
import { helmTemplate } from '../apps/cli/helm/template.ts';
import type { ChartCase, Outcome } from './helm-charts.ts';

/** What `millrace helm template` prints of a chart, without a process of its own. */
export async function ownTemplate({ chart, values }: ChartCase): Promise<Outcome> {
  const options = { namespace: 'default', hooks: true, values: values === undefined ? [] : [values] };
  try {
    const { stdout, error } = await helmTemplate(['release-name', chart], options, () => {});
    if (error === undefined) return { stdout, stderr: '', code: 0 };
    return { stdout, stderr: `Error: ${error}\n`, code: 1 };
  } catch (error) {
    if (error instanceof HelmCommandError)
      return { stdout: '', stderr: `Error: ${error.message}\n`, code: 1 };
    // Any other error is a mistake of ours.
    return { stdout: 'CRASH', stderr: String((error as Error).stack ?? error), code: 2 };
  }
}
