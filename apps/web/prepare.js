// JavaScript, which any Node can read: npm runs it at the end of `npm ci`, so that the page is there when somebody first
// looks. Without the development dependencies there is nothing to bundle it with. Nothing here lets an installation
// fail: what has not been made now is made when it is asked for.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = new URL('.', import.meta.url);
if (Number.parseInt(process.versions.node, 10) >= 24 && existsSync(new URL('../../node_modules/vite', here)))
  spawnSync(process.execPath, [fileURLToPath(new URL('make-page.ts', here))], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
