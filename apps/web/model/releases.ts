/** A release of a HelmRelease, as helm has stored it, or as the status still tells of it. */
export interface ReleaseEntry {
  version: number;
  status: string;
  chart: string;
  chartVersion: string;
  appVersion: string;
  /** RFC 3339, or empty. */
  at: string;
  description: string;
  configDigest: string;
  /** Whether its manifest can be seen. */
  isStored: boolean;
}

export interface Releases {
  /** The newest first. */
  releases: ReleaseEntry[];
  /** Why only the status tells of them; empty where storage could be read. */
  problem: string;
}

/** An object of a rendered manifest, as YAML without what is secret. */
export interface ManifestObject {
  object: string;
  yaml: string;
  /** When it runs, where it is a hook. */
  hook: string;
}

export interface ReleaseManifest {
  version: number;
  objects: ManifestObject[];
  notes: string;
  /** Objects that are not shown, for there is too much. */
  left: number;
}
