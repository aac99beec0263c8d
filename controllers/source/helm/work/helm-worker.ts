import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { ArtifactError, type Written } from '@millrace/artifact/files';
import { ChartError, indexFileJson, readIndexFile } from '@millrace/helm';
import { BadConstraint } from '@millrace/semver';
import { answerTasks } from '@millrace/threads';
import type { HelmLimits } from '../limits.ts';
import {
  type Inspected,
  inspect,
  type Packed,
  type PackRequest,
  packLocal,
  repack,
  type SourceChart,
  Trees,
  takeLocal,
  takePacked,
} from './build.ts';
import { BuildError, type BuildReason } from './build-error.ts';
import { Catalogues, type Listed } from './catalogues.ts';
import { archiveIn, indexOfFolder } from './local-folder.ts';

/** What a thread is asked to do. Files are named by their paths. */
export type HelmTask =
  /** Check an index as it was fetched, and write it as an artifact. */
  | { kind: 'index'; from: string; to: string; limits: HelmLimits }
  | { kind: 'find'; index: { file: string; digest: string }; chart: string; version: string }
  /** Write the index of a folder that stands for a repository. */
  | { kind: 'list-folder'; folder: string; to: string; limits: HelmLimits }
  | { kind: 'from-folder'; folder: string; name: string; limits: HelmLimits }
  | { kind: 'inspect'; source: SourceChart; build: string; limits: HelmLimits }
  | {
      kind: 'pack-local';
      source: SourceChart;
      request: PackRequest;
      archives: Record<string, string>;
      limits: HelmLimits;
    }
  | { kind: 'take-local'; source: SourceChart; to: string; limits: HelmLimits }
  | { kind: 'take'; bytes: Uint8Array; to: string; limits: HelmLimits }
  | { kind: 'repack'; bytes: Uint8Array; request: PackRequest };

/** What comes of it. */
export interface HelmAnswers {
  index: Written;
  find: Listed & { wasRead: boolean };
  'list-folder': Written;
  'from-folder': Uint8Array;
  inspect: Inspected;
  'pack-local': Packed;
  'take-local': Packed;
  take: Packed;
  repack: Packed;
}

export type HelmPart =
  | { kind: 'answer'; answer: HelmAnswers[keyof HelmAnswers] }
  | { kind: 'refused'; reason: BuildReason | undefined; message: string };

const catalogues = new Catalogues();
const trees = new Trees();

answerTasks<HelmTask, HelmPart>(async (task, respond) => {
  try {
    respond({ kind: 'answer', answer: await answer(task) });
  } catch (error) {
    if (error instanceof BuildError)
      respond({ kind: 'refused', reason: error.reason, message: error.message });
    else if (error instanceof ChartError || error instanceof BadConstraint || error instanceof ArtifactError)
      respond({ kind: 'refused', reason: undefined, message: error.message });
    else throw error;
  }
});

async function answer(task: HelmTask): Promise<HelmAnswers[keyof HelmAnswers]> {
  switch (task.kind) {
    case 'index':
      return writeIndex(task.from, task.to, task.limits);
    case 'find':
      return catalogues.find(task.index, task.chart, task.version);
    case 'list-folder':
      return write(indexOfFolder(task.folder, task.limits), task.to);
    case 'from-folder':
      return archiveIn(task.folder, task.name, task.limits);
    case 'inspect':
      return inspect(trees, task.source, task.build, task.limits);
    case 'pack-local':
      return packLocal(trees, task.source, task.request, task.archives, task.limits);
    case 'take-local':
      return takeLocal(trees, task.source, task.to, task.limits);
    case 'take':
      return takePacked(task.bytes, task.to, task.limits);
    case 'repack':
      return repack(task.bytes, task.request);
  }
}

/** By how much an index may grow when it is written out: those of real repositories do by a third. */
const growth = 3;

async function writeIndex(from: string, to: string, limits: HelmLimits): Promise<Written> {
  const text = indexFileJson(readIndexFile(await readFile(from, 'utf8')));
  if (text.length > growth * limits.index)
    throw new ChartError(`written out as JSON it has more than ${growth} times ${limits.index} bytes`);
  return write(text, to);
}

async function write(text: string, to: string): Promise<Written> {
  const bytes = Buffer.from(text);
  await writeFile(to, bytes, { flag: 'wx', mode: 0o600, flush: true });
  return { digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`, size: bytes.byteLength };
}
