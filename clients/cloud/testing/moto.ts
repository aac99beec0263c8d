import { connect } from 'node:net';
import { Agent } from 'undici';
import { cloud } from '../cloud.ts';
import { http } from '../http.ts';

export const image = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/fleet/app';

/** As a ServiceAccount with a role, log in at a registry of AWS whose servers are all at one port of this machine. */
export async function loginAtEcr(port: number) {
  const dispatcher = new Agent({
    connect(_, done) {
      const socket = connect(port, '127.0.0.1', () => done(null, socket));
      socket.once('error', error => done(error, null));
    },
  });
  const serviceAccounts = {
    annotations: async () => ({ 'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/reader' }),
    // {"alg":"none"}.{"sub":"system:serviceaccount:apps:reader"}
    token: async () => 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJzeXN0ZW06c2VydmljZWFjY291bnQ6YXBwczpyZWFkZXIifQ.c2ln',
  };
  const clouds = cloud({ http: http({ dispatcher }), objectLevel: true, serviceAccounts });
  try {
    return await clouds.registryLogin('aws', `oci://${image}`, { namespace: 'apps', name: 'reader' });
  } finally {
    await dispatcher.destroy();
  }
}
