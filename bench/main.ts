/** `npm run bench -- NAME...`: each benchmark prints a table; without a name all of them run. */
const benchmarks: Record<string, () => Promise<{ run(): Promise<void> }>> = {
  cluster: () => import('./cluster.ts'),
  fleet: () => import('./fleet.ts'),
  gzip: () => import('./gzip.ts'),
  helm: () => import('./helm.ts'),
  'helm-index': () => import('./helm-index.ts'),
  images: () => import('./images.ts'),
  kustomize: () => import('./kustomize.ts'),
  large: () => import('./large.ts'),
  latency: () => import('./latency.ts'),
  markers: () => import('./markers.ts'),
  notifications: () => import('./notifications.ts'),
  oci: () => import('./oci.ts'),
  receivers: () => import('./receivers.ts'),
  releases: () => import('./releases.ts'),
  sops: () => import('./sops.ts'),
  web: () => import('./web.ts'),
};

const chosen = process.argv.slice(2);
const unknown = chosen.filter(name => !(name in benchmarks));
if (unknown.length > 0) {
  console.error(
    `no benchmark is called ${unknown.join(', ')}; there are ${Object.keys(benchmarks).join(', ')}`,
  );
  process.exit(1);
}
for (const name of chosen.length > 0 ? chosen : Object.keys(benchmarks)) {
  console.log(`\n# ${name}\n`);
  await (await benchmarks[name]!()).run();
}
