import type { Destination, Notifier } from '../destination.ts';
import { DeliveryError, HubRefusal, InvalidDestination, isOver } from '../errors.ts';
import { eventAsJson } from '../event/event.ts';
import type { ProviderType } from '../provider-type.ts';
import { saidBy } from '../refusal.ts';
import { pause, tries } from '../retry.ts';
import type { Transport } from '../transport.ts';
import { parseConnectionString, sharedAccessClaim } from './connection-string.ts';
import type { HubClaim, HubMessage } from './message.ts';

/** A hub, and what the sender is let in by. */
interface Hub {
  /** With a port, where it is another. */
  hostname: string;
  name: string;
  tls: boolean;
  claim(audience: string, signal: AbortSignal): Promise<HubClaim>;
  /** What a server might repeat. */
  secrets: string[];
}

/** `address` is the hub and `channel` its namespace, or `address` is a connection string. */
export const azureEventHub: ProviderType = {
  reach: [],
  notifier(destination, { via }) {
    const { address, token, provider } = destination;
    if (address === '') throw new InvalidDestination('endpoint URL cannot be empty: set address');
    const shared = address.includes('SharedAccessKey');
    const methods = [shared, token !== '', provider.serviceAccountName !== undefined];
    if (methods.filter(used => used).length > 1)
      throw new InvalidDestination(
        'a SAS connection string, a token and serviceAccountName are three ways to log in: use one of them',
      );
    const hub = shared ? hubByString(address) : hubByName(destination);
    return notifierAt(hub, placeOf(hub), destination, via);
  },
};

function notifierAt(
  hub: Hub,
  place: Pick<HubMessage, 'host' | 'port'>,
  destination: Destination,
  via: Transport,
): Notifier {
  const { hostname, name, tls } = hub;
  return {
    async post(event, signal) {
      const claim = await hub.claim(`${tls ? 'amqps' : 'amqp'}://${hostname}/${name}`, signal);
      const message = { ...place, tls, hostname, hub: name, body: eventAsJson(event), claim };
      await transfer(message, via, signal).catch(error => {
        if (!(error instanceof DeliveryError)) throw error;
        const said = saidBy(destination, error.message, [claim.token, ...hub.secrets]);
        throw new DeliveryError(`${hostname} does not take it: ${said}`, { cause: error });
      });
    },
  };
}

/** What the hub refuses it refuses again; it may come back, or have more time. */
async function transfer(message: HubMessage, via: Transport, signal: AbortSignal): Promise<void> {
  for (let tried = 1; ; tried++) {
    try {
      return await via.transfer(message, signal);
    } catch (error) {
      if (signal.aborted || !(error instanceof DeliveryError) || error instanceof HubRefusal) throw error;
      if (tried === tries) throw error;
      await via.wait(pause(tried, undefined), signal).catch(over => {
        throw isOver(signal) ? error : over;
      });
    }
  }
}

function hubByString(address: string): Hub {
  const shared = parseConnectionString(address);
  const { hostname, hub, emulator } = shared;
  const claim = async (audience: string) => sharedAccessClaim(shared, audience, Date.now());
  return { hostname, name: hub, tls: !emulator, claim, secrets: [shared.key] };
}

function hubByName({ address, channel, token, identity }: Destination): Hub {
  return {
    hostname: namespaceHost(channel),
    name: address,
    tls: true,
    secrets: [],
    async claim(audience, signal) {
      if (token === '' && !identity) throw new DeliveryError('nobody asks Azure for a token here');
      const own = token || (await identity!.azureToken('https://eventhubs.azure.net/.default', signal));
      return { type: 'jwt', token: own, audience };
    },
  };
}

const ports = { amqp: 5672, amqps: 5671 };

function placeOf({ hostname, tls }: Hub): Pick<HubMessage, 'host' | 'port'> {
  const { host, port } = /^(?<host>\w[\w.-]*)(:(?<port>\d{1,5}))?$/.exec(hostname)?.groups ?? {};
  if (!host) throw new InvalidDestination('channel has to be the namespace of the event hub');
  return { host, port: Number(port ?? (tls ? ports.amqps : ports.amqp)) };
}

/** The clouds of Azure have names of their own. */
function namespaceHost(namespace: string): string {
  if (namespace.includes('.servicebus.')) return namespace;
  const authority = process.env.AZURE_AUTHORITY_HOST ?? '';
  if (authority.includes('chinacloudapi.cn')) return `${namespace}.servicebus.chinacloudapi.cn`;
  if (authority.includes('microsoftonline.us')) return `${namespace}.servicebus.usgovcloudapi.net`;
  return `${namespace}.servicebus.windows.net`;
}
