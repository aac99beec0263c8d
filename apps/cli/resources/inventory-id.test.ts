import { expect, test } from 'vitest';
import { displayInventoryId, parseInventoryId } from './inventory-id.ts';

test.each([
  ['shop_api_apps_Deployment', 'Deployment/shop/api'],
  ['shop_settings__ConfigMap', 'ConfigMap/shop/settings'],
  ['_monitoring__Namespace', 'Namespace/monitoring'],
  [
    '_teams.example.com_apiextensions.k8s.io_CustomResourceDefinition',
    'CustomResourceDefinition/teams.example.com',
  ],
  ['_system__node_rbac.authorization.k8s.io_ClusterRole', 'ClusterRole/system:node'],
])('%s is %s', (id, text) => {
  expect(displayInventoryId(parseInventoryId(id))).toBe(text);
});

test('anything else is refused with what was expected', () => {
  expect(() => parseInventoryId('api')).toThrow('"api" is no entry of an inventory');
});
