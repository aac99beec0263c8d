import { answerTasks } from '@millrace/threads';
import { ArtifactError, type Limits } from './limits.ts';
import type { SharedTree } from './tree.ts';
import { unpackTree } from './unpack.ts';

export interface UnpackTask {
  /** The verified archive, in memory that threads share. */
  compressed: SharedArrayBuffer;
  limits: Limits;
}

export type UnpackPart = { kind: 'tree'; tree: SharedTree } | { kind: 'refused'; message: string };

answerTasks<UnpackTask, UnpackPart>(async ({ compressed, limits }, respond) => {
  try {
    respond({ kind: 'tree', tree: await unpackTree(new Uint8Array(compressed), limits) });
  } catch (error) {
    if (!(error instanceof ArtifactError)) throw error;
    respond({ kind: 'refused', message: error.message });
  }
});
