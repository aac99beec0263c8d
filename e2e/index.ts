export { type Clone, cloneOf } from './fleet.ts';
export { millrace, type Running } from './process.ts';
export { layerOf, type Registry, startRegistry } from './registry.ts';
export { type System, startSystem } from './system.ts';
