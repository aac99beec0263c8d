/** Something outside of the cluster that can be away on demand. */
export interface Outage {
  name: string;
  label: string;
  isAway(): boolean;
  setAway(isAway: boolean): void;
}
