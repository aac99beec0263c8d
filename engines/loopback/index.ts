export { type Credentials, credentialsOf } from './credentials.ts';
export { foreignRequest } from './foreign-request.ts';
export { isToken, keptToken, newToken, type TokenPlace } from './token.ts';
