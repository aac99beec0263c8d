/** An event for a hub, and what lets it in. */
export interface HubMessage {
  host: string;
  port: number;
  /** Not for an emulator, which has none. */
  tls: boolean;
  /** What the connection is for, as the address has it. */
  hostname: string;
  hub: string;
  body: string;
  claim: HubClaim;
}

/** A token for the node of claims, `$cbs`: AMQP Claims-Based Security, as Event Hubs has it. */
export interface HubClaim {
  type: 'jwt' | 'servicebus.windows.net:sastoken';
  token: string;
  /** What it is for. */
  audience: string;
  /** In seconds since 1970; a token of Entra says it itself. */
  expires?: number;
}
