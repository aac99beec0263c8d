#!/usr/bin/env node
// JavaScript, which any Node can read: it finds one that can run the rest.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** node:sqlite without a flag, and sources that run as they are. */
const needed = [24, 0];

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major > needed[0] || (major === needed[0] && minor >= needed[1])) {
  await import('./begin.js');
  await import('./main.ts');
} else runWithAnother();

/** With the Node that the project brought along (the npm package `node`); where there is none, it is said what is needed. */
function runWithAnother() {
  const other = broughtAlong(dirname(fileURLToPath(import.meta.url)));
  if (!other || process.env.MILLRACE_STARTED_BY === process.version) {
    console.error(`millrace needs Node ${needed.join('.')} or later; this is ${process.version}.`);
    process.exitCode = 1;
    return;
  }
  const env = { ...process.env, MILLRACE_STARTED_BY: process.version };
  const child = spawn(other, [...process.execArgv, ...process.argv.slice(1)], { stdio: 'inherit', env });
  // Ctrl-C reaches both by the terminal; what is sent to this process is meant for the other.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', error => {
    console.error(`millrace cannot be run by ${other}: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
  });
}

/** @param {string} start */
function broughtAlong(start) {
  for (let folder = start; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', 'node', 'bin', 'node');
    if (existsSync(candidate)) return candidate;
    if (dirname(folder) === folder) return undefined;
  }
}
