import type { Schema } from './schema.ts';

/** A Go struct that holds some fields by way of another one, which it embeds. */
interface Embedding {
  readonly name: string;
  /** Fields that are the struct's own; or, where they are fewer, those of the embedded one. */
  readonly own?: readonly string[];
  readonly fields?: readonly string[];
}

const reference: Embedding = { name: 'LocalObjectReference', fields: ['name'] };
const rule: Embedding = { name: 'Rule', own: ['operations'] };

/** Facts about k8s.io/api v0.36. Where errors of Go's decoder lead through such a struct they name it. */
const embeddings: Readonly<Record<string, Embedding>> = {
  'io.k8s.api.admissionregistration.v1.NamedRuleWithOperations': {
    name: 'RuleWithOperations',
    own: ['resourceNames'],
  },
  'io.k8s.api.admissionregistration.v1.RuleWithOperations': rule,
  'io.k8s.api.core.v1.ConfigMapEnvSource': reference,
  'io.k8s.api.core.v1.ConfigMapKeySelector': reference,
  'io.k8s.api.core.v1.ConfigMapProjection': reference,
  'io.k8s.api.core.v1.ConfigMapVolumeSource': reference,
  'io.k8s.api.core.v1.EphemeralContainer': {
    name: 'EphemeralContainerCommon',
    own: ['targetContainerName'],
  },
  'io.k8s.api.core.v1.PersistentVolumeClaim': { name: 'TypeMeta', fields: ['apiVersion', 'kind'] },
  'io.k8s.api.core.v1.PersistentVolumeSpec': {
    name: 'PersistentVolumeSource',
    own: [
      'accessModes',
      'capacity',
      'claimRef',
      'mountOptions',
      'nodeAffinity',
      'persistentVolumeReclaimPolicy',
      'storageClassName',
      'volumeAttributesClassName',
      'volumeMode',
    ],
  },
  'io.k8s.api.core.v1.Probe': { name: 'ProbeHandler', fields: ['exec', 'grpc', 'httpGet', 'tcpSocket'] },
  'io.k8s.api.core.v1.SecretEnvSource': reference,
  'io.k8s.api.core.v1.SecretKeySelector': reference,
  'io.k8s.api.core.v1.SecretProjection': reference,
  'io.k8s.api.core.v1.Volume': { name: 'VolumeSource', own: ['name'] },
  'io.k8s.api.networking.v1.IngressRule': { name: 'IngressRuleValue', fields: ['http'] },
};

/** The struct by way of which a definition has a field; undefined for fields of its own. */
export function embeddedStruct({ definition = '' }: Schema, field: string): string | undefined {
  const embedding = embeddings[definition];
  if (!embedding) return undefined;
  const { name, own, fields } = embedding;
  const isEmbedded = fields ? fields.includes(field) : !own?.includes(field);
  if (!isEmbedded) return undefined;
  // One struct embeds a struct that embeds another.
  const further = name === 'RuleWithOperations' && !rule.own?.includes(field);
  return further ? `${name}.${rule.name}` : name;
}
