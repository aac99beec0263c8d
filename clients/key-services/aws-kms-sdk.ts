/** What of the SDK is used: behind a file of its own, so that a bundle holds no more, and loads it when it is needed. */
export { DecryptCommand, KMSClient } from '@aws-sdk/client-kms';
