export { SnapshotRefused, writeSnapshot } from './git/snapshot.ts';
export { chartFilesIn, inRoot } from './helm/work/tree-files.ts';
export { type Local, sourceController } from './program.ts';
