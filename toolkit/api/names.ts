/** Annotations, labels and other names of Flux's contract. */

/** Any new value of this annotation asks for a reconcile at once. */
export const requestedAt = 'reconcile.fluxcd.io/requestedAt';
/** Of a HelmRelease, with the same value as requestedAt: install or upgrade once, also where nothing has changed. */
export const forceAt = 'reconcile.fluxcd.io/forceAt';
/** Of a HelmRelease, with the same value as requestedAt: forget how often it has failed. */
export const resetAt = 'reconcile.fluxcd.io/resetAt';
/** The object's own labels that say which Kustomization applied it. */
export const ownerName = 'kustomize.toolkit.fluxcd.io/name';
export const ownerNamespace = 'kustomize.toolkit.fluxcd.io/namespace';
/** And which HelmRelease released it. */
export const releaseName = 'helm.toolkit.fluxcd.io/name';
export const releaseNamespace = 'helm.toolkit.fluxcd.io/namespace';
export const finalizer = 'finalizers.fluxcd.io';

/** Condition types. */
export const ready = 'Ready';
export const reconciling = 'Reconciling';
export const stalled = 'Stalled';
export const healthy = 'Healthy';
export const artifactInStorage = 'ArtifactInStorage';
export const artifactOutdated = 'ArtifactOutdated';
export const fetchFailed = 'FetchFailed';
export const storageOperationFailed = 'StorageOperationFailed';
