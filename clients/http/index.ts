export { type ConnectionOptions, connection } from './connection.ts';
export { type SocksProxy, socksConnection } from './through-socks.ts';
