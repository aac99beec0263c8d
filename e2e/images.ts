import type { ImageUpdateAutomation } from '@millrace/api';
import type { KubeObject, ObjectRef } from '@millrace/kube';
import type { System } from './system.ts';

const group = 'image.toolkit.fluxcd.io/v1';

/** With an image that is marked, and one that is not. */
export const deployment = (image: string) => `# the shop
apiVersion: apps/v1
kind: Deployment
metadata:
    name:   shop   # its name
    namespace: "apps"
spec:
    template:
        spec:
            containers:
            - {name: shop, image: ${image}} # by hand
            - name: cart
              image:   ${image}   # {"$imagepolicy": "NAMESPACE:app"}


`;

/** Objects of image automation in a system. */
export function imagesIn(system: System) {
  const ref = (kind: string, name: string): ObjectRef => ({
    apiVersion: group,
    kind,
    namespace: system.namespace,
    name,
  });
  const asUser = { as: 'own' as const, fieldManager: 'e2e' };

  /** A policy that has chosen an image: what image-reflector-controller does. */
  async function policy(name: string, tag: string): Promise<void> {
    const spec = { imageRepositoryRef: { name: 'app' }, policy: { alphabetical: {} } };
    await system.client.apply(
      { apiVersion: group, kind: 'ImagePolicy', metadata: metadata(name), spec } as KubeObject,
      asUser,
    );
    const latestRef = { name: 'registry.example/shop', tag };
    await system.client.patch(
      ref('ImagePolicy', name),
      'merge',
      { status: { latestRef } },
      { ...asUser, subresource: 'status' },
    );
  }

  const metadata = (name: string) => ({ name, namespace: system.namespace });

  async function automation(name: string, source: string, spec: object = {}): Promise<void> {
    const git = { commit: { author: { name: 'Bot', email: 'bot@example.com' } } };
    const whole = { interval: '1h', sourceRef: { kind: 'GitRepository', name: source }, git, ...spec };
    const object = {
      apiVersion: group,
      kind: 'ImageUpdateAutomation',
      metadata: metadata(name),
      spec: whole,
    };
    await system.client.apply(object as KubeObject, asUser);
  }

  const pushed = (name: string, before = '') =>
    system.until<ImageUpdateAutomation>(
      ref('ImageUpdateAutomation', name),
      'pushed',
      object => (object?.status?.lastPushCommit ?? '') !== before,
    );

  async function events(name: string): Promise<string[]> {
    const { items } = await system.client.listAll('v1', 'Event', { namespace: system.namespace, as: 'own' });
    return items
      .filter(item => (item as { involvedObject?: { name: string } }).involvedObject?.name === name)
      .map(item => String((item as { message?: string }).message));
  }

  return { ref, policy, automation, pushed, events };
}
