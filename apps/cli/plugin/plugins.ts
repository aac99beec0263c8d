import { CliError } from '../cli-error.ts';
import { print, tell } from '../output/print.ts';
import { formatTable } from '../output/table.ts';
import { fetchCatalog, fetchManifest, resolve } from './catalog.ts';
import { installedPlugins, type Plugin } from './folder.ts';
import { installPlugin } from './install.ts';
import { receiptOf, removePlugin } from './receipt.ts';

/** `plugin list`. @param commands names that are no plugins' */
export function listPlugins(commands: string[]): void {
  const plugins = installedPlugins(commands);
  const rows = plugins.map(({ name, path }) => [name, receiptOf(name)?.version ?? 'manual', path]);
  if (rows.length === 0) print('No plugins found');
  else print(formatTable(['Name', 'Version', 'Path'], rows), '');
}

/** `plugin search [QUERY]`: by names and descriptions, whatever their case. */
export async function searchPlugins(query = ''): Promise<void> {
  const wanted = query.toLowerCase();
  const found = (await fetchCatalog()).filter(entry =>
    [entry.name, entry.description].some(words => words.toLowerCase().includes(wanted)),
  );
  if (found.length === 0)
    return print(
      query === ''
        ? 'No plugins found in catalog'
        : `No plugins matching ${JSON.stringify(query)} found in catalog`,
    );
  const rows = found.map(({ name, description }) => [name, description, receiptOf(name)?.version ?? '']);
  print(formatTable(['Name', 'Description', 'Installed'], rows), '');
}

/** `plugin install NAME[@VERSION|@DIGEST]`. */
export async function installNamed(text: string): Promise<void> {
  const at = text.indexOf('@');
  const name = at < 0 ? text : text.slice(0, at);
  const manifest = await fetchManifest(name);
  const resolved = resolve(manifest, at < 0 ? '' : text.slice(at + 1));
  await installPlugin(manifest, resolved);
  tell.success(`installed ${name} v${resolved.version}`);
}

/** `plugin uninstall NAME`. */
export async function uninstallNamed(name: string): Promise<void> {
  await removePlugin(name);
  tell.success(`uninstalled ${name}`);
}

/** `plugin update [NAME]`: what goes wrong with one does not stop the others. */
export async function updatePlugins(name: string | undefined, commands: string[]): Promise<void> {
  const all = installedPlugins(commands);
  if (all.length === 0) return print('No plugins found');
  const chosen = name === undefined ? all : all.filter(plugin => plugin.name === name);
  if (chosen.length === 0) throw new CliError(`plugin ${JSON.stringify(name)} is not installed`);
  for (const plugin of chosen) await update(plugin);
}

async function update({ name }: Plugin): Promise<void> {
  const before = receiptOf(name)?.version;
  if (before === undefined) return tell.warning(`skipping ${name} (manually installed)`);
  let doing = 'checking';
  try {
    const manifest = await fetchManifest(name);
    const newest = manifest.versions[0]?.version;
    if (newest === before) return tell.success(`${name} already up to date (v${before})`);
    const resolved = resolve(manifest, '');
    doing = 'updating';
    await installPlugin(manifest, resolved);
    tell.success(`updated ${name} v${before} → v${resolved.version}`);
  } catch (error) {
    tell.failure(`error ${doing} ${name}: ${(error as Error).message}`);
  }
}
