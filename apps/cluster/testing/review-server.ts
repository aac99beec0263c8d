import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createIdentity } from '../pki/identity.ts';
import type { Body } from './client.ts';

/** A webhook on loopback, for a test. */
export interface ReviewServer {
  /** What a configuration says to reach it at a path. */
  clientConfig(path: string): { url: string; caBundle: string };
  close(): Promise<void>;
}

/** Starts a webhook that allows what it is asked, unless `judge` says another thing of the request at a path. */
export async function reviewServer(judge: (request: Body, path: string) => object): Promise<ReviewServer> {
  const { server: own, authority } = createIdentity(new Date());
  const server = createServer({ key: own.key, cert: own.certificate }, async (incoming, outgoing) => {
    let text = '';
    for await (const chunk of incoming) text += chunk;
    const { request } = JSON.parse(text);
    const response = { uid: request.uid, allowed: true, ...judge(request, incoming.url!.split('?')[0]!) };
    outgoing.setHeader('content-type', 'application/json');
    outgoing.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response }));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const caBundle = Buffer.from(authority.certificate).toString('base64');
  return {
    clientConfig: path => ({ url: `https://127.0.0.1:${port}${path}`, caBundle }),
    close: () => new Promise(resolve => server.close(() => resolve())),
  };
}
