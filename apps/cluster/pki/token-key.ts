import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { privateFolder, writePrivate } from '../private-files.ts';

/** A private key (PEM, EC P-256) for the tokens of service accounts. */
export function createTokenKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** The key kept in a file, made there when missing or damaged: tokens of a former key are then good no more. */
export function loadTokenKey(file: string): string {
  if (existsSync(file)) {
    const kept = readFileSync(file, 'utf8');
    if (isKey(kept)) return kept;
  }
  const key = createTokenKey();
  privateFolder(dirname(file));
  writePrivate(file, key);
  return key;
}

function isKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}
