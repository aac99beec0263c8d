/** Values cannot be read, set or merged; the message is Helm's. */
export class ValuesError extends Error {
  override readonly name = 'ValuesError';
}
