export { binaryEntries, lookUp, proxyIn, readNamed, textIn, tlsIn, unusable } from './secrets.ts';
