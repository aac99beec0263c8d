import { startRegistry } from '../index.ts';

/** A registry in a process of its own, which tells where it is. */
const registry = await startRegistry({ root: process.argv[2] ?? '' });
console.log(registry.url, registry.token);
