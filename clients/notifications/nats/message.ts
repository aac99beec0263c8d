/** A message for a subject of NATS. */
export interface Publication {
  servers: NatsServer[];
  subject: string;
  body: string;
  login: NatsLogin;
}

export interface NatsServer {
  host: string;
  port: number;
  tls: boolean;
}

/** What the client says of itself in `CONNECT`: https://docs.nats.io/reference/reference-protocols/nats-protocol#connect. */
export type NatsLogin = (nonce: string) => Record<string, string>;
