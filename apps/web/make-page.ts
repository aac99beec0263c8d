import { join } from 'node:path';
import { buildPage } from './build-page.ts';
import { keepPage, writePage } from './kept-page.ts';

// A program of its own: a bundler takes half a second of a thread, and memory that whoever serves the page has better
// use for. It writes the page to its output too, for where nothing can be kept.
const page = await buildPage();
await keepPage(join(import.meta.dirname, '../..'), page);
process.stdout.write(writePage(page));
