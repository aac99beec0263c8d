/** An event that an Alert has sent, or would send, to a Provider. */
export interface Notification {
  /** RFC 3339. */
  time: string;
  /** `namespace/name`. */
  alert: string;
  provider: string;
  /** Of the Provider; empty where that is not to be known. */
  type: string;
  event?: {
    involvedObject?: { apiVersion?: string; kind?: string; namespace?: string; name?: string };
    severity?: string;
    reason?: string;
    message?: string;
  };
  /** What would have left this machine, where it was caught. */
  requests?: { method: string; host: string; body: string }[];
  /** Why it could not be sent. */
  problem?: string;
  /** It was too long to be kept whole. */
  isCut?: boolean;
}
