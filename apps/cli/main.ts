#!/usr/bin/env -S node --max-semi-space-size=2
// This file must be readable for any Node: it finds one that can run the rest.
import module from 'node:module';
import { requireNode } from './require-node.ts';

if (requireNode()) {
  module.enableCompileCache?.();
  const { run } = await import('./program.ts');
  process.exitCode = await run(process.argv.slice(2));
}
