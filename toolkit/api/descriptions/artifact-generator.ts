/** What the fields of ArtifactGenerator mean. */
export const artifactGenerator: Record<string, string> = {
  '': 'Makes artifacts of what several sources hold.',
  'spec.sources': 'The sources, and the names under which they are spoken of here.',
  'spec.sources.alias': 'Name of the source within this object, as in @alias/path.',
  'spec.sources.kind': 'Kind of the source.',
  'spec.sources.name': 'Name of the source.',
  'spec.sources.namespace': 'Namespace of the source. Without one, that of this object.',
  'spec.pathPattern':
    'Makes the artifacts once for each folder that the pattern finds, such as @repo/apps/{app}; its variables can be used in them.',
  'spec.artifacts': 'The artifacts to be made: each becomes an ExternalArtifact.',
  'spec.artifacts.name': 'Name of the ExternalArtifact.',
  'spec.artifacts.revision':
    'The source whose revision is that of the artifact, as @alias. Without it, a digest of the content.',
  'spec.artifacts.originRevision':
    'The source whose revision, or origin where it has one, is noted in the metadata of the artifact, as @alias.',
  'spec.artifacts.copy': 'What is put into the artifact, in this order.',
  'spec.artifacts.copy.from': 'What is copied: a glob below a source, as @alias/path/**.',
  'spec.artifacts.copy.to': 'Where it goes, as @artifact/path.',
  'spec.artifacts.copy.exclude': 'Globs of what is not copied.',
  'spec.artifacts.copy.strategy':
    'What becomes of files that are there already: Overwrite (the default), Merge for YAML files; Extract unpacks archives.',
  'status.inventory': 'The artifacts that were made.',
  'status.inventory.digest': 'Digest of the artifact.',
  'status.inventory.filename': 'Name of its file in the storage.',
  'status.inventory.name': 'Name of the ExternalArtifact.',
  'status.inventory.namespace': 'Namespace of the ExternalArtifact.',
  'status.observedSourcesDigest': 'Digest of all sources from which the artifacts were made.',
};
