/** Annotations, labels and other names of Flux's contract. */

/** Any new value of this annotation asks for a reconcile at once. */
export const requestedAt = 'reconcile.fluxcd.io/requestedAt';
/** The object's own labels that say which Kustomization applied it. */
export const ownerName = 'kustomize.toolkit.fluxcd.io/name';
export const ownerNamespace = 'kustomize.toolkit.fluxcd.io/namespace';
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
