/** What has happened to an object of the fleet, as an Event of Kubernetes tells it. */
export interface FleetEvent {
  /** `Kind/namespace/name`: whose it is. */
  of: string;
  /** RFC 3339. */
  time: string;
  isWarning: boolean;
  reason: string;
  message: string;
  /** How often the same has happened. */
  count: number;
  /** What it was about; empty where that is not told. */
  revision: string;
}
