/** Who somebody is at Azure, by what a Secret holds. */
export type AzureLogin = (
  | { tenantId: string; clientId: string; clientSecret: string }
  | {
      tenantId: string;
      clientId: string;
      /** PEM: the certificate and its key. */
      clientCertificate: string;
      clientCertificatePassword?: string | undefined;
      clientCertificateSendChain?: boolean | undefined;
    }
  /** A managed identity of the machine. */
  | { clientId: string }
) & {
  /** In place of the global cloud's. */
  authorityHost?: string | undefined;
};
