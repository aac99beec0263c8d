import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildKustomization } from './build.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-preview-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const place = {
  client: undefined,
  as: 'own' as const,
  signal: new AbortController().signal,
  warn() {},
};
const kustomization = (name: string) => `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: ${name}, namespace: apps}
spec: {path: ./${name}, sourceRef: {kind: GitRepository, name: fleet}}
`;

const built = (name: string, files: Record<string, string>, flags = {}, path = '.') => {
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  const all = { namespace: 'apps', path: folder, kustomizationFile: join(folder, 'ks.yaml'), ...flags };
  return buildKustomization({ name, folder: join(folder, path) }, all, place);
};

test('Kustomizations that hold each other are told, and come to an end', async () => {
  const circle = { 'ks.yaml': kustomization('a') };
  const localSources = new Map([['GitRepository/apps/fleet', folder]]);
  for (const name of ['a', 'b']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'a', 'b.yaml'), kustomization('b'));
  writeFileSync(join(folder, 'b', 'a.yaml'), kustomization('a'));
  await expect(built('a', circle, { recursive: true, localSources }, 'a')).rejects.toThrow(
    'Kustomizations hold each other: apps/a → apps/b → apps/a',
  );
});

test('an error names the file, as it is seen from here', async () => {
  const files = { 'ks.yaml': kustomization('a'), 'kustomization.yaml': 'resources: [gone.yaml]\n' };
  await expect(built('a', files)).rejects.toThrow(/^kustomize build failed: .*gone\.yaml/);
});

test('a component of the spec that leads elsewhere is refused', async () => {
  const file = kustomization('a').replace('spec: {', 'spec: {components: ["https://example.com/x"], ');
  await expect(built('a', { 'ks.yaml': file })).rejects.toThrow(/must be local and relative/);
});

test('a field of another type is told by its path', async () => {
  const file = kustomization('a').replace('spec: {', 'spec: {targetNamespace: [x], ');
  await expect(built('a', { 'ks.yaml': file })).rejects.toThrow(
    /^failed to get kustomization object: Kustomization a is invalid: spec\.targetNamespace/,
  );
});
