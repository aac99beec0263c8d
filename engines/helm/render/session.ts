import type { GoMap } from '@millrace/go-template';

/** Finds objects in a cluster for `lookup`: one by name, or a list if the name is ''. Nothing found is `{}`. */
export type Lookup = (apiVersion: string, kind: string, namespace: string, name: string) => GoMap;

/** What the functions of templates need to know of the render that calls them. */
export interface Session {
  /** `required` and `fail` warn only. */
  lint: boolean;
  lookup: Lookup | undefined;
  warn: (message: string) => void;
  /** Milliseconds since 1970, for dates. */
  clock: () => number;
  random: (count: number) => Uint8Array;
  /** How often each template is being included at the moment. */
  included: Map<string, number>;
}
