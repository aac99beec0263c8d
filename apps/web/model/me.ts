/** Who looks at the page, and what the page can do for them. */
export interface Me {
  /** As the cluster knows them; empty where it does not say. */
  user: string;
  groups: string[];
  /** Nothing can be changed by this page. */
  readOnly: boolean;
  canSignOut: boolean;
  /** To be sent in the header X-Millrace with whatever changes something. */
  writeToken: string;
}
