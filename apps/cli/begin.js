// What has to be done before anything else is read. JavaScript: what Node keeps of TypeScript it finds only after this,
// and to read a line of it without that, it loads a compiler that takes 15 MB.
import module from 'node:module';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Commands that run until they are stopped. */
const services = new Set(['up', 'cluster', 'controllers', 'web']);
export const isService = process.argv.some(word => services.has(word));

// For a command that ends within seconds, V8's slowest and best compiler takes a third of its time, and pays off only
// after it. To be said before the cache is opened: it keeps code by the flags.
setFlagsFromString(isService ? '--heap-growing-percent=30' : '--no-turbofan');
module.enableCompileCache?.();
if (isService) enlargeNursery();

/**
 * What a reconcile makes lives for some tens of milliseconds. In the nursery that V8 begins with, 1 MB, it grows old
 * meanwhile, and all of the heap is looked through for it again and again; in the 16 MB that V8 would give it in time, a
 * process that is mostly idle is larger for nothing. Threads begin with the 4 MB that they are told here; the one that
 * runs can be told by arguments of node only: so it is made to grow once, to four times its size, and never again.
 */
function enlargeNursery() {
  setFlagsFromString('--min-semi-space-size=4');
  const size = () =>
    getHeapSpaceStatistics().find(space => space.space_name === 'new_space')?.space_size ?? 0;
  const before = size();
  setFlagsFromString('--semi-space-growth-factor=4');
  for (let tries = 0; size() <= 2 * before && tries < 200; tries++) survivors(2000);
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** What is there when the nursery is full makes it grow. */
function survivors(number) {
  const all = [];
  for (let i = 0; i < number; i++) all.push({ i, inner: [i] });
  return all.length;
}
