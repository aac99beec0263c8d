export { StoreError, type StoreFailure } from './errors.ts';
export { type LdapLogin, ldapKeys } from './ldap.ts';
export type { ObjectEntry, ObjectStore, OpenObject } from './object-store.ts';
export type { AzureCredential, AzurePlace, GooglePlace, Place, S3Keys, S3Place } from './place.ts';
export { objectStore } from './store.ts';
