/** The Provider says what no retry can mend. The message is for whoever wrote it. */
export class InvalidDestination extends Error {
  override readonly name = 'InvalidDestination';
}

/** The event did not arrive. The message names the host and its answer, and no secret. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
}

/** A hub has refused the event, and would refuse it again. */
export class HubRefusal extends DeliveryError {}

/** Whether the Provider's time is over; any other reason to stop is the caller's. */
export function isOver({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason instanceof DOMException && reason.name === 'TimeoutError';
}
