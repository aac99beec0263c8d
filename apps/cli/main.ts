#!/usr/bin/env node
// This file must be readable for any Node: it finds one that can run the rest.
import { enableCompileCache } from 'node:module';
import { requireNode } from './require-node.ts';

if (requireNode()) {
  enableCompileCache?.();
  const { run } = await import('./program.ts');
  process.exitCode = await run(process.argv.slice(2));
}
