import type { JsonObject } from '@millrace/json';
import type { Fields } from './fields.ts';
import { Resource } from './resource.ts';

/** The ServiceAccount that acts as an account of Google Cloud (kustomize's plugin IAMPolicyGenerator). */
export function generateServiceAccount(fields: Fields, file: string): Resource {
  const cloud = fields.string('cloud');
  if (cloud !== 'gke') fields.fail('cloud', `must be gke, not ${JSON.stringify(cloud)}`);
  const service = fields.map('kubernetesService', inner => ({
    name: inner.string('name'),
    namespace: inner.string('namespace'),
  }));
  const account = fields.map('serviceAccount', inner => ({
    name: inner.string('name'),
    project: inner.string('projectId'),
  }));
  if (!service?.name) fields.fail('kubernetesService.name', 'must be given');
  if (!account?.name || !account.project) fields.fail('serviceAccount', 'must have a name and a projectId');
  const annotations = {
    'iam.gke.io/gcp-service-account': `${account.name}@${account.project}.iam.gserviceaccount.com`,
  };
  const metadata: JsonObject = { name: service.name, annotations };
  if (service.namespace !== '') metadata.namespace = service.namespace;
  return new Resource({ apiVersion: 'v1', kind: 'ServiceAccount', metadata }, { file });
}
