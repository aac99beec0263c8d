/** Somebody cannot be let in; the message is for them. */
export class LoginRefused extends Error {
  override readonly name = 'LoginRefused';
}
