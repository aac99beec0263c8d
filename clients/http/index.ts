export { type ConnectionOptions, connection } from './connection.ts';
