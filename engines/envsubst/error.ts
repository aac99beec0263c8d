/** The text holds an expression that cannot be evaluated. */
export class SubstitutionError extends Error {
  override readonly name = 'SubstitutionError';
}
