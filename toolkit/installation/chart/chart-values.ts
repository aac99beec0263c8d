import { allComponents, defaultComponents, defaultOptions, logLevels } from '../options/index.ts';

export function chartFile(version: string): string {
  return `apiVersion: v2
name: millrace
description: A GitOps toolkit for Kubernetes, compatible with Flux
type: application
version: ${version}
appVersion: v${version}
kubeVersion: ">=1.33.0-0"
`;
}

export const valuesFile = `# Which controllers: these, and ${allComponents.slice(defaultComponents.length).join(', ')}.
components:
${defaultComponents.map(name => `  - ${name}\n`).join('')}
# One Deployment for all of them, instead of one for each.
single: false

image:
  registry: ${defaultOptions.registry}
  # By default the version of the program that the chart was made for.
  tag: ""

# The page: its arguments, which need a Secret millrace-web with session-key and client-secret.
# [--web-url=https://fleet.example.com, --oidc-issuer-url=https://login.example.com, --oidc-client-id=millrace]
web: []

# Secrets by which the image is pulled: [{ name: regcred }].
imagePullSecrets: []

# Look at objects of all namespaces, not only of that of the release.
watchAllNamespaces: true

# Keep other namespaces from reaching the controllers.
networkPolicy: true

# The definitions of the kinds. They stay when the release goes, and all objects with them.
installCRDs: true

# debug, info or error.
logLevel: info

clusterDomain: ${defaultOptions.clusterDomain}

# Of every container; those of flux install where it is empty.
resources: {}

# Beside kubernetes.io/os: linux.
nodeSelector: {}

tolerations: []

# More arguments, by Deployment: { kustomize-controller: [--no-cross-namespace-refs=true] }.
extraArgs: {}
`;

const strings = { type: 'array', items: { type: 'string' } };

/** Values that make no sense are refused before anything is changed. */
export const valuesSchema = `${JSON.stringify(
  {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    properties: {
      components: { type: 'array', minItems: 1, uniqueItems: true, items: { enum: allComponents } },
      single: { type: 'boolean' },
      image: {
        type: 'object',
        properties: { registry: { type: 'string', minLength: 1 }, tag: { type: 'string' } },
        additionalProperties: false,
      },
      web: strings,
      imagePullSecrets: { type: 'array', items: { type: 'object', required: ['name'] } },
      watchAllNamespaces: { type: 'boolean' },
      networkPolicy: { type: 'boolean' },
      installCRDs: { type: 'boolean' },
      logLevel: { enum: logLevels },
      clusterDomain: { type: 'string', minLength: 1 },
      resources: { type: 'object' },
      nodeSelector: { type: 'object', additionalProperties: { type: 'string' } },
      tolerations: { type: 'array', items: { type: 'object' } },
      extraArgs: { type: 'object', additionalProperties: strings },
      global: { type: 'object' },
    },
    additionalProperties: false,
  },
  null,
  2,
)}\n`;
