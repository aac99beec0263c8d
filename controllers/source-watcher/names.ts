/** Names of the contract of ArtifactGenerators (source-watcher, api/v1beta1). */

/** `disabled`: nothing is done for the object. */
export const reconcileAnnotation = 'source.extensions.fluxcd.io/reconcile';
/** Of an ExternalArtifact: the uid of the generator that has made it. */
export const generatorLabel = 'source.extensions.fluxcd.io/generator';
export const managedBy = 'app.kubernetes.io/managed-by';
export const finalizer = 'source.extensions.fluxcd.io/finalizer';
/** Among the metadata of an artifact: of what it was made, where that is another revision than its own. */
export const originRevision = 'org.opencontainers.image.revision';
export const component = 'source-watcher';
