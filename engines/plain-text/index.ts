export { printable, printableLine, secretForms, withoutCredentials, withoutSecrets } from './plain-text.ts';
