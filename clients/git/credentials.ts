/** Who we are to a server of HTTP. */
export interface HttpCredentials {
  username?: string | undefined;
  password?: string | undefined;
  bearerToken?: string | undefined;
  /** PEM of the authority that signed the server's certificate. */
  ca?: string | undefined;
  /** PEM of who we are, for servers that ask for it. */
  cert?: string | undefined;
  key?: string | undefined;
}

/** Of a proxy between us and the repository: http, https or socks5. */
export interface GitProxy {
  url: string;
  username?: string | undefined;
  password?: string | undefined;
}
