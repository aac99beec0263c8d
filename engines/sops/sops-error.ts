/**
 * What went wrong: `format`: the text is none of its format; `metadata`: its `sops` part is missing or malformed;
 * `key`: no data key could be had; `value`: a value could not be decrypted; `mac`: the text is not the one that was
 * encrypted; `output`: the plain text has no form in the format that was asked for; `limit`: it asks for too much.
 */
export type SopsFailure = 'format' | 'metadata' | 'key' | 'value' | 'mac' | 'output' | 'limit';

/**
 * Why a text was not decrypted. The message begins as kustomize-controller's does, since alerts match on it, and never
 * holds a value, plain or encrypted.
 */
export class SopsFailed extends Error {
  readonly kind: SopsFailure;
  /** The file's name, as the caller gave it. */
  readonly source: string | undefined;

  constructor(
    kind: SopsFailure,
    problem: string,
    options: { source?: string | undefined; cause?: unknown } = {},
  ) {
    super(options.source === undefined ? problem : `${options.source}: ${problem}`, { cause: options.cause });
    this.name = 'SopsFailed';
    this.kind = kind;
    this.source = options.source;
  }
}

/** Why a key service could not open one key. The message is shown to the user: it must never hold a secret. */
export class KeyFailed extends Error {
  constructor(problem: string, options: { cause?: unknown } = {}) {
    super(problem, options);
    this.name = 'KeyFailed';
  }
}

/** Thrown inside the engine, where the name of the file is not known. */
export class Problem extends Error {
  readonly kind: SopsFailure;

  constructor(kind: SopsFailure, problem: string, options: { cause?: unknown } = {}) {
    super(problem, options);
    this.kind = kind;
  }
}
