import { createHmac } from 'node:crypto';
import { InvalidDestination } from '../errors.ts';
import type { HubClaim } from './message.ts';

/** What a connection string says: https://learn.microsoft.com/en-us/azure/event-hubs/event-hubs-get-connection-string */
export interface SharedAccess {
  /** With a port, where it has one. */
  hostname: string;
  hub: string;
  keyName: string;
  key: string;
  /** An emulator on this machine or its network. */
  emulator: boolean;
}

/** `Endpoint=sb://…/;SharedAccessKeyName=…;SharedAccessKey=…;EntityPath=…`. Throws InvalidDestination. */
export function parseConnectionString(text: string): SharedAccess {
  const fields = new Map(
    text.split(';').flatMap(part => {
      const sign = part.indexOf('=');
      if (part === '') return [];
      if (sign < 0)
        throw new InvalidDestination(
          'the connection string of the event hub has a part without an equals sign',
        );
      return [[part.slice(0, sign).trim().toLowerCase(), part.slice(sign + 1).trim()] as const];
    }),
  );
  const required = (name: string) => {
    const value = fields.get(name.toLowerCase());
    if (value) return value;
    throw new InvalidDestination(`the connection string of the event hub has no ${name}`);
  };
  return {
    hostname: hostnameOf(required('Endpoint')),
    hub: required('EntityPath'),
    keyName: required('SharedAccessKeyName'),
    key: required('SharedAccessKey'),
    emulator: isTrue(fields.get('usedevelopmentemulator') ?? 'false'),
  };
}

function hostnameOf(endpoint: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url?.host && url.protocol === 'sb:') return url.host;
  throw new InvalidDestination('the Endpoint of the connection string is not sb://<namespace>');
}

/** As Go reads it. */
function isTrue(value: string): boolean {
  if (/^(1|t|true)$/i.test(value)) return true;
  if (/^(0|f|false)$/i.test(value)) return false;
  throw new InvalidDestination('UseDevelopmentEmulator in the connection string is neither true nor false');
}

/** For two hours: https://learn.microsoft.com/en-us/azure/event-hubs/authenticate-shared-access-signature */
export function sharedAccessClaim({ keyName, key }: SharedAccess, audience: string, now: number): HubClaim {
  const expires = Math.floor(now / 1000) + 7200;
  // The Azure SDK for Go signs it so, and servers take capital letters for small ones.
  const resource = encodeURIComponent(audience).toLowerCase();
  const signature = createHmac('sha256', key).update(`${resource}\n${expires}`).digest('base64');
  const token = `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(signature)}&se=${expires}&skn=${keyName}`;
  return { type: 'servicebus.windows.net:sastoken', token, audience, expires };
}
