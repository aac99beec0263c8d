import { readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A program that is a command of ours: `flux-operator` runs as `flux operator`. */
export interface Plugin {
  name: string;
  path: string;
}

export const prefix = 'flux-';
/** Never plugins, whatever lies there. */
const reserved = new Set(['plugin', 'help']);

/** $FLUXCD_PLUGINS, else ~/.fluxcd/plugins. */
export function pluginFolder(): string {
  return process.env.FLUXCD_PLUGINS || join(homedir(), '.fluxcd', 'plugins');
}

/** The plugins in the folder, by their names; commands of ours go before them. A folder that is not there has none. */
export function installedPlugins(commands: readonly string[]): Plugin[] {
  return filesIn(pluginFolder())
    .filter(file => file.startsWith(prefix) && file.length > prefix.length)
    .map(file => ({ name: file.slice(prefix.length), path: join(pluginFolder(), file) }))
    .filter(({ name, path }) => !reserved.has(name) && !commands.includes(name) && isProgram(path));
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** Through a link too; a link that leads nowhere is none. */
function isProgram(path: string): boolean {
  try {
    const file = statSync(path);
    return file.isFile() && (file.mode & 0o111) !== 0;
  } catch {
    return false;
  }
}
