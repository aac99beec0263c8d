/** Who somebody is at Google, by what a Secret holds: the key of a service account, or the refresh token of a user. */
export type GoogleKey =
  | { type: 'service_account'; email: string; privateKey: string; privateKeyId?: string | undefined }
  | { type: 'authorized_user'; clientId: string; clientSecret: string; refreshToken: string };
