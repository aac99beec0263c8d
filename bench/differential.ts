/** `npm run differential -- NAME ...`: an engine against the real program, over whatever the arguments name. */
const comparisons: Record<string, () => Promise<{ run(args: string[]): boolean | Promise<boolean> }>> = {
  artifacts: () => import('./artifacts-differential.ts'),
  charts: () => import('./chart-lives.ts'),
  cluster: () => import('./cluster-differential.ts'),
  flux: () => import('./flux-differential.ts'),
  helm: () => import('./helm-differential.ts'),
  kustomize: () => import('../engines/kustomize/differential/run.ts'),
  manifests: () => import('./manifests-differential.ts'),
  releases: () => import('./releases-differential.ts'),
};

const [name = '', ...args] = process.argv.slice(2);
const comparison = comparisons[name];
if (comparison === undefined) {
  console.error(`say what to compare: ${Object.keys(comparisons).join(', ')}`);
  process.exitCode = 1;
} else {
  const { run } = await comparison();
  try {
    process.exitCode = (await run(args)) ? 0 : 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
