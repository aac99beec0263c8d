export { type Credentials, credentialsOf } from './credentials.ts';
export { foreignRequest } from './foreign-request.ts';
export { isToken, newToken, tokenIn } from './token.ts';
