// What has to be done before anything else is read. JavaScript: what Node keeps of TypeScript it finds only after this,
// and to read a line of it without that, it loads a compiler that takes 15 MB.
import module from 'node:module';
import { setFlagsFromString } from 'node:v8';

/** Commands that run until they are stopped. */
const services = new Set(['up', 'cluster', 'controllers', 'web']);
export const isService = process.argv.some(word => services.has(word));

// A process that is mostly idle needs no large nursery for its objects. For one that ends within seconds, V8's
// slowest and best compiler takes a third of its time, and pays off only after it. To be said before the cache is
// opened: it keeps code by the flags.
setFlagsFromString(isService ? '--semi-space-growth-factor=1 --heap-growing-percent=30' : '--no-turbofan');
module.enableCompileCache?.();
