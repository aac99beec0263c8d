import { createHmac } from 'node:crypto';
import { DeliveryError, InvalidDestination } from '../errors.ts';
import { eventAsJson } from '../event/event.ts';
import type { ProviderType } from '../provider-type.ts';
import { taken } from '../refusal.ts';

/** A hub, and what the sender is let in by. */
interface Hub {
  host: string;
  name: string;
  authorization(signal: AbortSignal): Promise<string>;
}

/** https://learn.microsoft.com/en-us/rest/api/eventhub/send-event */
export const azureEventHub: ProviderType = {
  reach: ['proxy'],
  notifier(destination, { send }) {
    const { address, token, channel, provider, identity } = destination;
    if (address === '') throw new InvalidDestination('endpoint URL cannot be empty: set address');
    const byName = (): Hub => ({
      host: namespaceHost(channel),
      name: address,
      async authorization(signal) {
        if (token === '' && !identity) throw new DeliveryError('nobody asks Azure for a token here');
        return `Bearer ${token || (await identity!.azureToken('https://eventhubs.azure.net/.default', signal))}`;
      },
    });
    const shared = address.includes('SharedAccessKey');
    const methods = [shared, token !== '', provider.serviceAccountName !== undefined];
    if (methods.filter(used => used).length > 1)
      throw new InvalidDestination(
        'a SAS connection string, a token and serviceAccountName are three ways to log in: use one of them',
      );
    const hub = shared ? hubOf(address) : byName();
    const url = requireHost(hub);
    const type = 'application/atom+xml;type=entry;charset=utf-8';
    return {
      async post(event, signal) {
        const headers = { 'content-type': type, authorization: await hub.authorization(signal) };
        taken(destination, url, await send({ url, headers, body: eventAsJson(event) }, signal));
      },
    };
  },
};

function requireHost({ host, name }: Hub): URL {
  const written = `https://${host}/${encodeURIComponent(name)}/messages?api-version=2014-01`;
  if (/^\w[\w.-]*(:\d+)?$/.test(host) && URL.canParse(written)) return new URL(written);
  throw new InvalidDestination('channel has to be the namespace of the event hub');
}

/** The clouds of Azure have names of their own. */
function namespaceHost(namespace: string): string {
  if (namespace.includes('.servicebus.')) return namespace;
  const authority = process.env.AZURE_AUTHORITY_HOST ?? '';
  if (authority.includes('chinacloudapi.cn')) return `${namespace}.servicebus.chinacloudapi.cn`;
  if (authority.includes('microsoftonline.us')) return `${namespace}.servicebus.usgovcloudapi.net`;
  return `${namespace}.servicebus.windows.net`;
}

/** `Endpoint=sb://…/;SharedAccessKeyName=…;SharedAccessKey=…;EntityPath=…`. Throws InvalidDestination. */
function hubOf(connection: string): Hub {
  const fields = new Map(
    connection.split(';').map(part => {
      const sign = part.indexOf('=');
      return [part.slice(0, sign).trim().toLowerCase(), part.slice(sign + 1).trim()];
    }),
  );
  const required = (name: string) => {
    const value = fields.get(name.toLowerCase());
    if (value) return value;
    throw new InvalidDestination(`the connection string of the event hub has no ${name}`);
  };
  const host = required('Endpoint')
    .replace(/^sb:\/\//, '')
    .replace(/\/$/, '');
  const [name, keyName, key] = [
    required('EntityPath'),
    required('SharedAccessKeyName'),
    required('SharedAccessKey'),
  ];
  return { host, name, authorization: async () => sharedAccess(`https://${host}/${name}`, keyName, key) };
}

/** Good for an hour: https://learn.microsoft.com/en-us/azure/event-hubs/authenticate-shared-access-signature */
function sharedAccess(resource: string, keyName: string, key: string): string {
  const uri = encodeURIComponent(resource);
  const until = Math.floor(Date.now() / 1000) + 3600;
  const signature = createHmac('sha256', key).update(`${uri}\n${until}`).digest('base64');
  return `SharedAccessSignature sr=${uri}&sig=${encodeURIComponent(signature)}&se=${until}&skn=${encodeURIComponent(keyName)}`;
}
