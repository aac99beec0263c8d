import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * `npm run conformance`: runs the conformance tests of the embedded cluster against it, and, where
 * MILLRACE_E2E_KUBECONFIG names one, against a real Kubernetes, and writes docs/reference/conformance.md from what came
 * of it. Ends with 1 where a test fails.
 */
const root = fileURLToPath(new URL('..', import.meta.url));

interface Report {
  testResults: {
    name: string;
    assertionResults: { fullName: string; status: string; ancestorTitles: string[]; title: string }[];
  }[];
}

/** The status of each test by its file and name. */
type Results = Map<string, { title: string; status: string }[]>;

function runTests(kubeconfig: string | undefined): Results {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-conformance-'));
  const { MILLRACE_E2E_KUBECONFIG: _, ...env } = process.env;
  const output = join(folder, 'report.json');
  spawnSync('npx', ['vitest', 'run', 'conformance.test', '--reporter=json', `--outputFile=${output}`], {
    cwd: root,
    env: { ...env, ...(kubeconfig && { MILLRACE_E2E_KUBECONFIG: kubeconfig }) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const report = JSON.parse(readFileSync(output, 'utf8')) as Report;
  rmSync(folder, { recursive: true, force: true });
  return new Map(
    report.testResults.map(({ name, assertionResults }) => [
      relative(root, name),
      assertionResults.map(({ ancestorTitles, title, status }) => ({
        title: [...ancestorTitles, title].join(': '),
        status,
      })),
    ]),
  );
}

function statusOf(results: Results | undefined, file: string, title: string): string {
  const status = results?.get(file)?.find(test => test.title === title)?.status;
  if (results === undefined) return '';
  return status === 'passed' ? 'passes' : (status ?? 'missing');
}

const kubeconfig = process.env.MILLRACE_E2E_KUBECONFIG;
const embedded = runTests(undefined);
const real = kubeconfig ? runTests(kubeconfig) : undefined;
const version = kubeconfig
  ? spawnSync('kubectl', ['--kubeconfig', kubeconfig, 'version', '-o', 'json'], { encoding: 'utf8' }).stdout
  : '';
const serverVersion = /"serverVersion":[^}]*"gitVersion": "([^"]+)"/.exec(version)?.[1] ?? 'not run';

const sections = [...embedded]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([file, tests]) => {
    const rows = tests.map(
      ({ title, status }) =>
        `| ${title.replaceAll('|', '\\|')} | ${status === 'passed' ? 'passes' : status} | ${statusOf(real, file, title)} |`,
    );
    return `## ${file}\n\n| | embedded | Kubernetes |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
  });
const passed = [...embedded.values()].flat().filter(({ status }) => status === 'passed').length;
const total = [...embedded.values()].flat().length;
writeFileSync(
  join(root, 'docs/reference/conformance.md'),
  `# Conformance of the embedded cluster

Made by \`npm run conformance\`: the same tests, by plain HTTP, against the embedded cluster and against a Kubernetes
(kube-apiserver and kube-controller-manager ${serverVersion}, without a kubelet). ${passed} of ${total} pass here.
Besides these, \`apps/cluster/golden\` holds what a kube-apiserver answered to some 830 single requests.

${sections.join('\n')}`,
);
const failed = [embedded, real ?? new Map()]
  .flatMap(results => [...results.values()].flat())
  .filter(({ status }) => status === 'failed');
console.log(`${passed} of ${total} pass on the embedded cluster; ${failed.length} failures in all`);
process.exitCode = failed.length > 0 ? 1 : 0;
