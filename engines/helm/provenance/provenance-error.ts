/** A chart is not what its provenance file says, or nobody known says it. */
export class ProvenanceError extends Error {
  override readonly name = 'ProvenanceError';
}
