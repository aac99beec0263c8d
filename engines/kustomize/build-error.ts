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
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly field: string | undefined;
  readonly resource: string | undefined;

  constructor(problem: string, place: Place = {}, options?: ErrorOptions) {
    super(describe(problem, place), options);
    this.name = 'BuildError';
    this.problem = problem;
    this.file = place.file;
    this.line = place.line;
    this.field = place.field;
    this.resource = place.resource;
  }
}

function describe(problem: string, place: Place): string {
  const file =
    place.file === undefined ? '' : place.line === undefined ? place.file : `${place.file}:${place.line}`;
  return [file, place.field, place.resource, problem]
    .filter(part => part !== undefined && part !== '')
    .join(': ');
}

/** Runs a step; a failure inside it that does not say where is said to be at `place`. */
export function at<T>(place: Place, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    const { problem, file, line, field, resource } = error;
    if (file !== undefined && (field !== undefined || place.field === undefined)) throw error;
    throw new BuildError(
      problem,
      {
        file: file ?? place.file,
        line: line ?? (file === undefined ? place.line : undefined),
        field: field ?? place.field,
        resource: resource ?? place.resource,
      },
      { cause: error.cause },
    );
  }
}
