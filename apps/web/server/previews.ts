import { ApiError } from '@millrace/kube';
import { ActionError } from './actions.ts';
import { comparisonOf } from './comparison.ts';
import { readNamed } from './named-object.ts';
import type { PreviewAnswers, PreviewOf, PreviewRequest, Previews } from './preview-of.ts';
import { turns } from './turns.ts';

/** Milliseconds that a preview may take. */
const longest = 90_000;

/** Answers about previews. A viewer has one at a time; the next waits for it, and goes when its browser does. */
export function previewAnswers(previews: Previews): PreviewAnswers {
  const inTurn = turns({ atOnce: 3, each: 5 });
  const of = async ({ viewer, query }: PreviewRequest, signal: AbortSignal): Promise<PreviewOf> => {
    const object = await readNamed(viewer, query, signal);
    if (object.kind !== 'Kustomization' && object.kind !== 'HelmRelease')
      throw new ActionError(`a ${object.kind} is made of nothing that could be compared`);
    return { viewer, object, signal };
  };
  return {
    choices: request =>
      explained(request.signal, async () => previews.choices(await of(request, request.signal))),
    compare(request) {
      const [before, after] = ['before', 'after'].map(side => request.query.get(side));
      if (!before || !after) throw new ActionError('say what to compare (before, after)');
      const signal = AbortSignal.any([request.signal, AbortSignal.timeout(longest)]);
      return inTurn(JSON.stringify(request.viewer.as), signal, () =>
        explained(signal, async () =>
          comparisonOf(await previews.compare(await of(request, signal), { before, after })),
        ),
      );
    },
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
    const late = `it takes longer than ${longest / 1000} seconds, and was given up`;
    throw new ActionError(isLate ? late : error.message, { cause: error });
  }
}
