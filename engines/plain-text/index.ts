export { printable, printableLine, withoutCredentials, withoutSecrets } from './plain-text.ts';
