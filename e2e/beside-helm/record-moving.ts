import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { kubeClient, loadConnection } from '@millrace/kube';
import { serveArtifacts } from '../beside/archives.ts';
import { type Belongings, belongingsOf, moved, moveIn } from './moving.ts';
import { scenarios } from './scenarios/index.ts';
import { play } from './stage.ts';

/*
 * `--leave FILE` plays scenarios with the controller that runs at --kubeconfig and writes what it has left;
 * `--enter FILE` brings that to the controller at --kubeconfig, and prints what became of it: before and
 * after are to be the same, with no event. moving/flux.json is what helm-controller v1.6.3 has left.
 */
const { values } = parseArgs({
  options: { kubeconfig: { type: 'string' }, leave: { type: 'string' }, enter: { type: 'string' } },
});
const client = kubeClient(loadConnection({ path: values.kubeconfig }));
const kubeconfig = await readFile(values.kubeconfig ?? '', 'utf8');
const artifacts = await serveArtifacts();
const chosen = scenarios.filter(({ name }) => moved.includes(name));

if (values.leave) {
  const left = await Promise.all(
    chosen.map(async scenario => {
      const steps = scenario.steps.filter(({ deleted }) => !deleted);
      await play({ ...scenario, steps }, { client, artifacts, kubeconfig });
      return belongingsOf(scenario, client);
    }),
  );
  await writeFile(values.leave, `${JSON.stringify(left, null, 1)}\n`);
} else if (values.enter) {
  const all = JSON.parse(await readFile(values.enter, 'utf8')) as Belongings[];
  const results = await Promise.all(
    all.map(async one => {
      const { steps } = chosen.find(({ name }) => name === one.scenario)!;
      const chart = steps.findLast(step => step.chart)!.chart!;
      return { scenario: one.scenario, ...(await moveIn(one, chart, { client, artifacts })) };
    }),
  );
  process.stdout.write(`${JSON.stringify(results, null, 1)}\n`);
}
await Promise.all([client.close(), artifacts.stop()]);
