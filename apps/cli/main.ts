import module from 'node:module';
import { setFlagsFromString } from 'node:v8';

/** Commands that run until they are stopped. */
const services = new Set(['up', 'cluster', 'controllers', 'web']);
const isService = process.argv.some(word => services.has(word));

// A process that is mostly idle needs no large nursery for its objects. For one that ends within seconds, V8's
// slowest and best compiler takes a third of its time, and pays off only after it. To be said before the cache is
// opened: it keeps code by the flags.
setFlagsFromString(isService ? '--semi-space-growth-factor=1 --heap-growing-percent=30' : '--no-turbofan');
module.enableCompileCache?.();
// Whoever reads our output has had enough: `millrace install --export | head -1`. That may show after the command's end.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
if (isService) await (await import('./temporary-folder.ts')).ownTemporaryFolder();
const [first = ''] = process.argv.slice(2);
if (first === '--version' || first === '-v') {
  // Nothing of the program is needed for that.
  console.log((await import('./version.ts')).versionLine());
} else {
  const { run } = await import('./program.ts');
  process.exitCode = await run(process.argv.slice(2));
}
