/** What events say that a release is about; empty ones are left out. */
export function metadataOf(about: {
  chartVersion: string;
  configDigest: string;
  appVersion?: string | undefined;
  ociDigest?: string | undefined;
}): Record<string, string> {
  const { chartVersion: revision, configDigest: token, appVersion, ociDigest } = about;
  return {
    ...(revision ? { revision } : {}),
    ...(token ? { token } : {}),
    ...(appVersion ? { 'app-version': appVersion } : {}),
    ...(ociDigest ? { 'oci-digest': ociDigest } : {}),
  };
}

export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
