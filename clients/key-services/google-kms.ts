import { askJson, type Cloud, type GoogleKey, type Principal, pathOf, textIn } from '@millrace/cloud';
import { KeyFailed, type KeyService } from '@millrace/sops';
import { fromBase64, opening } from './key-failure.ts';
import { describePrincipal } from './principal.ts';

/** Keys of Google's Cloud KMS: https://cloud.google.com/kms/docs/reference/rest */
export function googleKms(cloud: Cloud, who: GoogleKey | Principal): KeyService {
  const service = 'GCP KMS';
  return {
    name: `gcp-kms (${describePrincipal(who)})`,
    opens: key => key.kind === 'gcp-kms',
    async dataKey(key, signal) {
      if (key.kind !== 'gcp-kms') throw new KeyFailed('not a key of GCP KMS');
      return opening(service, signal, [], async () => {
        const url = `${endpoint()}/v1${pathOfKey(key.resourceId)}:decrypt`;
        const ciphertext = fromBase64(key.enc, 'base64', 'the encrypted data key').toString('base64');
        const { token } = await cloud.googleToken(who, signal);
        const what = 'it is not opened';
        const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
        const request = { method: 'POST', url, headers, body: JSON.stringify({ ciphertext }), signal };
        const answer = await askJson(cloud.http, what, request, [token]);
        return fromBase64(textIn(answer, ['plaintext'], what), 'base64', 'the data key in the answer');
      });
    },
  };
}

function pathOfKey(resourceId: string): string {
  if (!/^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/.test(resourceId))
    throw new KeyFailed(`no valid resource ID found in ${JSON.stringify(resourceId)}`);
  return pathOf(...resourceId.split('/'));
}

/** What SOPS lets the environment say: an endpoint, or the domain of another of Google's universes. */
function endpoint(): string {
  const { SOPS_GCP_KMS_ENDPOINT: given, SOPS_GCP_KMS_UNIVERSE_DOMAIN: universe } = process.env;
  // For gRPC an endpoint is a host and a port.
  if (given) return (given.includes('://') ? given : `https://${given}`).replace(/\/$/, '');
  return `https://cloudkms.${universe || 'googleapis.com'}`;
}
