import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type Files = Record<string, string>;

/** Objects in one file of a base: fleets keep some together. */
const perFile = 10;

const deployment = (name: string) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels:
    app: ${name}
spec:
  replicas: 1
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      containers:
      - name: main
        image: nginx:1.19
        env:
        - name: MODE
          value: "on"
        - name: LEVEL
          valueFrom:
            configMapKeyRef:
              name: settings
              key: level
        ports:
        - containerPort: 80
        resources:
          limits:
            cpu: 100m
            memory: 64Mi
      volumes:
      - name: settings
        configMap:
          name: settings
`;

const service = (name: string) => `apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:
  selector:
    app: ${name}
  ports:
  - port: 80
    targetPort: 80
`;

/** A base of Deployments and Services, half and half. */
function base(objects: number): Files {
  const files: Files = {};
  const documents = Array.from({ length: objects }, (_, i) =>
    (i % 2 === 0 ? deployment : service)(`app-${Math.floor(i / 2)}`),
  );
  for (let i = 0; i < objects; i += perFile)
    files[`base/objects-${i / perFile}.yaml`] = documents.slice(i, i + perFile).join('---\n');
  const resources = Object.keys(files).map(path => `- ${path.slice('base/'.length)}\n`);
  return { ...files, 'base/kustomization.yaml': `resources:\n${resources.join('')}` };
}

const transformations = `resources: [../base]
namespace: prod
namePrefix: p-
labels:
- pairs: {team: x}
  includeSelectors: true
images:
- {name: nginx, newTag: "1.25"}
`;

/** The overlay by which growth is measured: namespace, prefix, selector labels and one image. Build `overlay`. */
export function plainOverlay(objects: number): Files {
  return { ...base(objects), 'overlay/kustomization.yaml': transformations };
}

/** The same with generators and fifty patches. Build `overlay`. */
export function fullOverlay(objects: number): Files {
  const patches = Array.from({ length: 50 }, (_, i) =>
    i % 2 === 0
      ? `- patch: |
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: app-${i}
    spec:
      template:
        spec:
          containers:
          - name: main
            args: ["--port", "80"]
`
      : `- target: {kind: Deployment, name: app-${i}}
  patch: |
    - {op: replace, path: /spec/replicas, value: 3}
`,
  );
  const generators = `configMapGenerator:
- name: settings
  literals: [level=info]
secretGenerator:
- name: token
  literals: [token=secret]
`;
  return {
    ...base(objects),
    'overlay/kustomization.yaml': `${transformations}${generators}patches:\n${patches.join('')}`,
  };
}

/** As many overlays of one small base: build `overlay-0` and so on. */
export function smallOverlays(count: number): Files {
  const files = base(4);
  for (let i = 0; i < count; i++) {
    files[`overlay-${i}/kustomization.yaml`] =
      `resources: [../base]\nnamePrefix: tenant-${i}-\nnamespace: tenant-${i}\nimages: [{name: nginx, newTag: v${i}}]\n`;
  }
  return files;
}

export function writeFiles(folder: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
