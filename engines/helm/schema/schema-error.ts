/** A JSON schema cannot be used: it is none, or what it refers to is not to be had. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
}
