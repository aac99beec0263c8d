/** Why there is no chart: reasons of Flux, and how its messages begin. */
const summaries = {
  InvalidChartReference: 'invalid chart reference',
  ChartPullError: 'chart pull error',
  MetadataPatchError: 'chart metadata patch error',
  ValuesFilesError: 'values files merge error',
  DependencyBuildError: 'dependency build error',
  ChartPackageError: 'chart package error',
  ChartVerificationError: 'chart verification error',
} as const;

export type BuildReason = keyof typeof summaries;

/** There is no chart. The message begins with what was being done. */
export class BuildError extends Error {
  override readonly name = 'BuildError';
  readonly reason: BuildReason;

  constructor(reason: BuildReason, problem: string, options: { cause?: unknown } = {}) {
    super(`${summaries[reason]}: ${problem}`, options);
    this.reason = reason;
  }

  /** One whose whole message is there already. */
  static said(reason: BuildReason, message: string): BuildError {
    return new BuildError(reason, message.slice(`${summaries[reason]}: `.length));
  }
}

/** Do a step; whatever is wrong with it is wrong for this reason. */
export function step<T>(reason: BuildReason, what: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof BuildError) throw cause;
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new BuildError(reason, what === '' ? said : `${what}: ${said}`, { cause });
  }
}
