import { isService } from './begin.js';

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
