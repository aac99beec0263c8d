import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { loadChart, packChart } from '@millrace/helm';
import { allComponents, defaultOptions, type InstallOptions, installationText } from '@millrace/installation';
import { chart } from '@millrace/installation/chart';

/**
 * `npm run installation`: what `millrace install` puts into a cluster, for those who install by other means, in
 * dist-install/: manifests, bases for kustomize, and a Helm chart. The same sources give the same bytes.
 */
const folder = 'dist-install';
const version = defaultOptions.version.slice(1);
const kustomization = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - millrace.yaml
`;
const variants: Record<string, InstallOptions> = {
  default: defaultOptions,
  all: { ...defaultOptions, components: allComponents },
  single: { ...defaultOptions, single: true },
};
const files = new Map<string, string | Uint8Array>([
  ['install.yaml', installationText(defaultOptions)],
  ['install-single.yaml', installationText({ ...defaultOptions, single: true })],
]);
for (const [name, options] of Object.entries(variants)) {
  files.set(`kustomize/${name}/millrace.yaml`, installationText(options));
  files.set(`kustomize/${name}/kustomization.yaml`, kustomization);
}
const charts = chart(version);
for (const [path, text] of charts) files.set(`chart/millrace/${path}`, text);
const packed = packChart(loadChart(new Map([...charts].map(([path, text]) => [path, Buffer.from(text)]))), {
  modified: 0,
});
files.set(`chart/${packed.name}`, packed.bytes);

await rm(folder, { recursive: true, force: true });
for (const [path, content] of files) {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}
console.log(`${files.size} files in ${folder}`);
