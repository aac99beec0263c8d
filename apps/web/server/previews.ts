import { ApiError } from '@millrace/kube';
import { ActionError } from './actions.ts';
import { comparisonOf } from './comparison.ts';
import { readNamed } from './named-object.ts';
import type { PreviewAnswers, PreviewOf, PreviewRequest, Previews } from './preview-of.ts';

/** Milliseconds that a preview may take, and how many a viewer may have waiting. */
const most = { time: 90_000, waiting: 4 };

/** Answers about previews. A viewer has one at a time; the next waits for it, and goes when its browser does. */
export function previewAnswers(previews: Previews): PreviewAnswers {
  const queue = queues();
  const of = async ({ viewer, query }: PreviewRequest, signal: AbortSignal): Promise<PreviewOf> => {
    const object = await readNamed(viewer, query, signal);
    if (object.kind !== 'Kustomization' && object.kind !== 'HelmRelease')
      throw new ActionError(`a ${object.kind} is made of nothing that could be compared`);
    return { viewer, object, signal };
  };
  return {
    choices: request =>
      explained(request.signal, async () => previews.choices(await of(request, request.signal))),
    compare: request =>
      queue(request, async signal => {
        const [before, after] = ['before', 'after'].map(side => request.query.get(side));
        if (!before || !after) throw new ActionError('say what to compare (before, after)');
        return explained(signal, async () =>
          comparisonOf(await previews.compare(await of(request, signal), { before, after })),
        );
      }),
    values: of => explained(of.signal, () => previews.values(of)),
    commits: (of, revisions) => previews.commits(of, revisions),
    commitsBetween: (of, earlier, later) => previews.commitsBetween(of, earlier, later),
  };
}

/** What a build fails with is no failure of this server. */
async function explained<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ApiError || !(error instanceof Error)) throw error;
    const isLate = signal.aborted && (signal.reason as Error).name === 'TimeoutError';
    const late = `it takes longer than ${most.time / 1000} seconds, and was given up`;
    throw new ActionError(isLate ? late : error.message, { cause: error });
  }
}

function queues() {
  const busy = new Map<string, { tail: Promise<unknown>; waiting: number }>();
  return async <T>(
    { viewer, signal }: PreviewRequest,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    const who = JSON.stringify(viewer.as);
    const line = busy.get(who) ?? { tail: Promise.resolve(), waiting: 0 };
    if (line.waiting >= most.waiting)
      throw new ActionError('other previews of yours are under way: wait for them, or close their pages');
    busy.set(who, line);
    line.waiting++;
    const before = line.tail;
    const turn = before.then(() => {
      signal.throwIfAborted();
      return work(AbortSignal.any([signal, AbortSignal.timeout(most.time)]));
    });
    line.tail = turn.catch(() => {});
    try {
      return await turn;
    } finally {
      line.waiting--;
      if (line.waiting === 0) busy.delete(who);
    }
  };
}
