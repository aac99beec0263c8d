import { readFileSync } from 'node:fs';
import { lstat, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAll, stringify } from '@millrace/yaml';
import { CliError } from '../cli-error.ts';
import { pluginFolder, prefix } from './folder.ts';
import { fieldsOf, type PlatformBinary, parsePlatform } from './manifest.ts';

/** What was installed, when, and from where; it lies beside the program. */
export interface Receipt {
  name: string;
  version: string;
  /** RFC 3339. */
  installedAt: string;
  platform: PlatformBinary;
}

const receiptPath = (name: string) => join(pluginFolder(), `${prefix}${name}.yaml`);

/** Undefined for a program that somebody has put there by hand. */
export function receiptOf(name: string): Receipt | undefined {
  try {
    const [receipt] = parseAll(readFileSync(receiptPath(name), 'utf8'));
    const { version, installedAt, platform } = fieldsOf(receipt, ['version', 'installedAt', 'platform']);
    return {
      name,
      version: String(version),
      installedAt: String(installedAt),
      platform: parsePlatform(platform),
    };
  } catch {
    return undefined;
  }
}

export async function writeReceipt(receipt: Receipt): Promise<void> {
  await writeFile(receiptPath(receipt.name), stringify({ ...receipt, platform: { ...receipt.platform } }));
}

/** Throws CliError where it is not there. */
export async function removePlugin(name: string): Promise<void> {
  const path = join(pluginFolder(), prefix + name);
  const there = !name.includes('/') && (await lstat(path).catch(() => undefined));
  if (!there) throw new CliError(`plugin "${name}" is not installed`);
  await rm(path);
  await rm(receiptPath(name), { force: true });
}
