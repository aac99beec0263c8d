export { type ConnectionOptions, connection } from './connection.ts';
export { type SocksProxy, socksConnection } from './through-socks.ts';
export { isCertificateProblem, whyUnreachable } from './why-unreachable.ts';
