import { isObject, type Json, type JsonObject } from '@millrace/json';
import { type FileTree, withFiles } from '@millrace/kustomize';
import { formatOf, isEncrypted, type SopsFormat } from '@millrace/sops';
import { parseAll } from '@millrace/yaml';
import { fileNames, normalPath } from '../overlay.ts';

type Open = (data: Uint8Array, format: SopsFormat, output: SopsFormat, source: string) => Promise<Uint8Array>;

/** The largest encrypted file, in bytes, as kustomize-controller has it. */
const largest = 5 << 20;

/**
 * The files with those decrypted that secretGenerators and patches name, in the kustomization at the path and all that
 * it builds on. What cannot be read is left to the build, which says so.
 */
export async function decryptSources(files: FileTree, path: string, open: Open): Promise<FileTree> {
  const decrypted: Record<string, Uint8Array> = {};
  const seen = new Set<string>();

  const decryptFile = async (file: string, format: SopsFormat) => {
    if (Object.hasOwn(decrypted, file)) return;
    const data = files.read(file);
    if (!data || !isEncrypted(data, format)) return;
    if (data.length > largest)
      throw new Error(
        `${file}: cannot decrypt file with size (${data.length} bytes) exceeding limit (${largest})`,
      );
    decrypted[file] = await open(data, format, format, file);
  };

  const waiting = [path];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    if (seen.has(folder)) continue;
    seen.add(folder);
    const kustomization = kustomizationIn(files, folder);
    if (!kustomization) continue;
    for (const { file, format } of referencesOf(kustomization)) {
      const place = within(folder, file);
      if (place !== undefined) await decryptFile(place, format);
    }
    for (const below of ['resources', 'components', 'bases'].flatMap(list => textsOf(kustomization[list]))) {
      const place = within(folder, below);
      if (place !== undefined) waiting.push(place);
    }
  }
  return Object.keys(decrypted).length === 0 ? files : withFiles(files, decrypted);
}

function kustomizationIn(files: FileTree, folder: string): JsonObject | undefined {
  const names = fileNames.map(name => (folder === '' ? name : `${folder}/${name}`));
  const data = names.map(name => files.read(name)).find(found => found !== undefined);
  if (!data) return undefined;
  try {
    const [document] = parseAll(new TextDecoder().decode(data), { rules: 'kustomize', duplicates: 'last' });
    return isObject(document) ? document : undefined;
  } catch {
    return undefined;
  }
}

/** The files that may be encrypted, with the format that they are taken for. */
function* referencesOf({
  secretGenerator,
  patches,
}: JsonObject): Generator<{ file: string; format: SopsFormat }> {
  for (const { files, envs, env } of objectsIn(secretGenerator)) {
    for (const text of textsOf(files)) {
      const [key = '', file = key] = text.split(/=(.*)/s);
      yield { file, format: formatOf(key) };
    }
    for (const file of [...textsOf(envs), ...textsOf([env ?? null])]) {
      const format = formatOf(file);
      yield { file, format: format === 'binary' ? 'dotenv' : format };
    }
  }
  for (const { path } of objectsIn(patches))
    if (typeof path === 'string') yield { file: path, format: formatOf(path) };
}

/** A path inside the tree; undefined for one that leads out of it. */
function within(folder: string, path: string): string | undefined {
  try {
    return normalPath(`${folder}/${path}`);
  } catch {
    return undefined;
  }
}

const objectsIn = (list: Json | undefined): JsonObject[] =>
  Array.isArray(list) ? list.filter(isObject) : [];
const textsOf = (list: Json | undefined): string[] =>
  Array.isArray(list) ? list.filter(item => typeof item === 'string') : [];
