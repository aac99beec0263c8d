/** The Provider says what no retry can mend. The message is for whoever wrote it. */
export class InvalidDestination extends Error {
  override readonly name = 'InvalidDestination';
}

/** The event did not arrive. The message names the host and its answer, and no secret. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
}

/** The Provider's time is over; any other reason to stop is the caller's. */
export function isTimeout(error: unknown, { aborted, reason }: AbortSignal): boolean {
  return aborted && error === reason && error instanceof DOMException && error.name === 'TimeoutError';
}
