/** Artifacts cannot be made as the spec says. */
export class ComposeError extends Error {
  override readonly name = 'ComposeError';
  /** Nothing but another spec, or another content of a source, can help. */
  readonly isTerminal: boolean;

  constructor(
    message: string,
    { isTerminal = false, cause }: { isTerminal?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.isTerminal = isTerminal;
  }
}
