// recheck would start a program of Java or a native one: what it says in JavaScript is the same everywhere.
process.env.RECHECK_BACKEND = 'pure';
process.env.RECHECK_SYNC_BACKEND = 'pure';
const { checkSync } = await import('recheck');

export interface Verdict {
  safe: boolean;
  /** '' for what is safe. */
  why: string;
  /** Nothing was found out in time, which a busy machine may be the reason of. */
  unjudged?: boolean;
}

/** Milliseconds that one pattern may take to be judged. */
const patience = 60_000;

/** Whether matching takes linear time whatever the text is, by recheck. What it cannot tell is not safe. */
export function judge(pattern: string, flags: string): Verdict {
  // By counted steps and one seed, not by the clock: a busy machine must come to the same verdict.
  const counted = { incubationTimeout: null, attackTimeout: null, randomSeed: 0 };
  const answer = checkSync(pattern, flags, { timeout: patience, checker: 'auto', ...counted });
  if (answer.status === 'safe') return { safe: true, why: '' };
  if (answer.status === 'vulnerable') {
    return { safe: false, why: `${answer.complexity.summary}, for example of ${answer.attack.pattern}` };
  }
  return { safe: false, why: `it cannot be judged (${answer.error.kind})`, unjudged: true };
}
