export type { Access } from './access.ts';
export { type Registry, type RegistryOptions, startRegistry } from './registry.ts';
export { openService, type Push, type Service, type ServiceOptions } from './service.ts';
