/** A chart cannot be read, or is no chart: the message is Helm's, and names the chart and the file. */
export class ChartError extends Error {
  override readonly name = 'ChartError';
}

/** The same problem, said from one step further out. */
export function within(context: string, cause: unknown): ChartError {
  return new ChartError(`${context}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}
