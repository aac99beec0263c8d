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

/** What lets a publisher in: a user, a token, or the seed of a key, perhaps with the JWT that names the key. */
export interface NatsLogin {
  user?: string;
  pass?: string;
  token?: string;
  jwt?: string;
  seed?: string;
}
