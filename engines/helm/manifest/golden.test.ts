import { describe, expect, it } from 'vitest';
import {
  type ChartFile,
  coalesceValues,
  defaultCapabilities,
  loadChartFolder,
  parseKubeVersion,
  processDependencies,
  type TemplateOptions,
  type TemplateOutput,
  templateChart,
  type Values,
} from '../index.ts';
import errors from '../render/golden/errors.json' with { type: 'json' };
import functions from '../render/golden/functions.json' with { type: 'json' };
import manifests from '../render/golden/manifests.json' with { type: 'json' };
import objects from '../render/golden/objects.json' with { type: 'json' };

/** A chart, the command line after its name, and what the real helm made of it. */
interface Case {
  name: string;
  files: Record<string, string | { bytes: number[] } | undefined>;
  values?: Values;
  args?: string[];
  stdout: string;
  error?: string;
  written?: Record<string, string | undefined>;
}

/** The helm that made the files was built from the module: it does not know its patch version. */
const capabilities = {
  ...defaultCapabilities,
  helmVersion: { ...defaultCapabilities.helmVersion, version: 'v4.3' },
};

function optionsOf([name = 'x', ...flags]: string[] = []): TemplateOptions {
  const options: TemplateOptions = { release: { name, namespace: 'default' }, capabilities };
  const showOnly: string[] = [];
  for (let at = 0; at < flags.length; at++) {
    const next = () => flags[++at]!;
    switch (flags[at]) {
      case '--include-crds':
        options.includeCrds = true;
        break;
      case '--no-hooks':
        options.noHooks = true;
        break;
      case '--skip-tests':
        options.skipTests = true;
        break;
      case '--debug':
        options.debug = true;
        break;
      case '--is-upgrade':
        options.release = { ...options.release, isUpgrade: true };
        break;
      case '--release-name':
        options.useReleaseName = true;
        break;
      case '-n':
        options.release = { ...options.release, namespace: next() };
        break;
      case '-s':
        showOnly.push(next());
        break;
      case '--output-dir':
        options.outputDir = next();
        break;
      case '--kube-version':
        options.capabilities = { ...options.capabilities!, kubeVersion: parseKubeVersion(next()) };
        break;
      case '-a':
        options.capabilities = {
          ...options.capabilities!,
          apiVersions: [...options.capabilities!.apiVersions, ...next().split(',')],
        };
        break;
      default:
        throw new Error(`the golden files use the flag ${flags[at]}, which this test does not know`);
    }
  }
  return { ...options, showOnly };
}

function filesOf(files: Case['files']): ChartFile[] {
  return Object.entries(files).map(([name, content]) => ({
    name,
    data: typeof content === 'object' ? Uint8Array.from(content.bytes) : new TextEncoder().encode(content),
  }));
}

function rendered({ files, values = {}, args }: Case): TemplateOutput {
  const chart = loadChartFolder(
    filesOf({ 'Chart.yaml': 'apiVersion: v2\nname: c\nversion: 0.1.0\n', ...files }),
  );
  const processed = processDependencies(chart, values);
  return templateChart(processed, coalesceValues(processed, values), optionsOf(args));
}

/** What the files hold after all pieces were written. */
function written({ files }: TemplateOutput): Record<string, string> | undefined {
  if (files.length === 0) return undefined;
  const result: Record<string, string> = {};
  for (const { path, text, append } of files)
    result[path] = (append === 'never' ? '' : (result[path] ?? '')) + text;
  return result;
}

for (const [name, golden] of Object.entries({ functions, objects, manifests, errors })) {
  describe(`${name}, as helm ${golden.helm} has them`, () => {
    it.each(golden.cases as Case[])('$name', given => {
      const output = rendered(given);
      // Bytes that are no UTF-8 cannot stand in a JSON file.
      const stdout = output.stdout.replace(/[\udc80-\udcff]/g, '?');
      expect({ stdout, error: output.error, written: written(output) }).toEqual({
        stdout: given.stdout,
        error: given.error,
        written: given.written,
      });
    });
  });
}
