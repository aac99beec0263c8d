import type { ImageReference } from '@millrace/api';
import { type FileChange, GitError, type GitFailure, localRepository } from '@millrace/git/local';
import { answerTasks } from '@millrace/threads';
import { commitMessage, MessageError } from './message.ts';
import { UpdateRefused, updateTree } from './update-tree.ts';

export interface UpdateTask {
  /** The folder of the local copy. */
  repository: string;
  commit: string;
  /** spec.update.path. */
  path?: string | undefined;
  namespace: string;
  name: string;
  /** By the names of their policies. */
  images: Record<string, ImageReference>;
  template?: string | undefined;
  values: Record<string, string>;
}

/** What the next commit is to hold; without files there is none. */
export interface Update {
  files: FileChange[];
  message: string;
  /** Files with markers that could not be read, with why. */
  problems: string[];
}

export type UpdatePart =
  | ({ kind: 'update' } & Update)
  | { kind: 'refused'; message: string }
  | { kind: 'no message'; message: string; isOutdated: boolean }
  | { kind: 'git'; failure: GitFailure; message: string };

answerTasks<UpdateTask, UpdatePart>(async (task, respond) => {
  // Who loses patience ends the thread, and the gits that it reads from end with their pipes.
  const { signal } = new AbortController();
  try {
    respond({ kind: 'update', ...(await updateOf(task, signal)) });
  } catch (error) {
    if (error instanceof UpdateRefused) respond({ kind: 'refused', message: error.message });
    else if (error instanceof MessageError)
      respond({ kind: 'no message', message: error.message, isOutdated: error.isOutdated });
    else if (error instanceof GitError)
      respond({ kind: 'git', failure: error.failure, message: error.message });
    else throw error;
  }
});

async function updateOf(task: UpdateTask, signal: AbortSignal): Promise<Update> {
  const { repository, commit, namespace, name, template, values } = task;
  const { files, changes, problems } = await updateTree(localRepository(repository), commit, task, signal);
  if (files.length === 0) return { files, message: '', problems };
  return { files, message: commitMessage(template, { namespace, name, values, files: changes }), problems };
}
