export { type Access, accessOf, type RegistrySpec } from './access.ts';
