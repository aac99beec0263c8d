/** Where a build went wrong: any of file, line in it, field of the kustomization, resource. */
export interface Place {
  file?: string | undefined;
  line?: number | undefined;
  field?: string | undefined;
  resource?: string | undefined;
}

/** A kustomization that cannot be built; the message says where and why. */
export class BuildError extends Error {
  readonly problem: string;
  /** The file at fault: a kustomization, or one that it refers to. */
  readonly file: string | undefined;
  readonly line: number | undefined;
  /** The field of the kustomization that was being worked on. */
  readonly field: string | undefined;
  readonly resource: string | undefined;
  /** The kustomization whose field that is, where the fault is in another file. */
  readonly kustomization: string | undefined;

  constructor(
    problem: string,
    place: Place & { kustomization?: string | undefined } = {},
    options?: ErrorOptions,
  ) {
    super(describe(problem, place), options);
    this.name = 'BuildError';
    this.problem = problem;
    this.file = place.file;
    this.line = place.line;
    this.field = place.field;
    this.resource = place.resource;
    this.kustomization = place.kustomization;
  }
}

function describe(problem: string, place: Place & { kustomization?: string | undefined }): string {
  const file =
    place.file === undefined || place.line === undefined ? place.file : `${place.file}:${place.line}`;
  if (place.kustomization === undefined) return joined([file, place.field, place.resource, problem]);
  return `${joined([file, place.resource, problem])} (${joined([place.kustomization, place.field])})`;
}

function joined(parts: (string | undefined)[]): string {
  return parts.filter(part => part !== undefined && part !== '').join(': ');
}

/** Runs a step; a failure inside it that does not say where, is said to be at `place`. */
export function at<T>(place: Place, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    throw error.file === undefined || error.field === undefined ? placed(error, place) : error;
  }
}

/** The same failure with what the place adds to it; what is known from inside stays. */
function placed(error: BuildError, place: Place): BuildError {
  const elsewhere = error.file !== undefined && place.file !== undefined && error.file !== place.file;
  return new BuildError(
    error.problem,
    {
      file: error.file ?? place.file,
      line: error.line ?? (error.file === undefined ? place.line : undefined),
      field: error.field ?? place.field,
      resource: error.resource ?? place.resource,
      kustomization: elsewhere ? place.file : undefined,
    },
    { cause: error.cause },
  );
}
