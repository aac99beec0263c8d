import type { Pod } from './pod.ts';

/** An image that a container of a workload is to run, and what runs in its place. */
export interface ImageUse {
  container: string;
  /** As the workload asks for it. */
  wanted: string;
  /** What Pods have, and how many of them: another image, or several contents of one tag. */
  runs: { image: string; digest: string; pods: number }[];
  /** Why that is not as it should be; empty where it is. */
  differs: string;
}

/** What the containers of a template are to run, held against what Pods run. Pods that have ended do not count. */
export function imageUse(template: { name: string; image: string }[], pods: Pod[]): ImageUse[] {
  const running = pods.flatMap(pod => pod.containers.filter(({ status }) => status === 'Running'));
  return template.map(({ name, image: wanted }) => {
    const runs = new Map<string, ImageUse['runs'][number]>();
    for (const { image, digest } of running.filter(one => one.name === name)) {
      const run = runs.get(`${image} ${digest}`) ?? { image, digest, pods: 0 };
      run.pods++;
      runs.set(`${image} ${digest}`, run);
    }
    const found = [...runs.values()].sort((a, b) => b.pods - a.pods);
    return { container: name, wanted, runs: found, differs: difference(wanted, found) };
  });
}

function difference(wanted: string, runs: ImageUse['runs']): string {
  const others = runs.filter(({ image }) => image !== wanted).reduce((sum, { pods }) => sum + pods, 0);
  if (others > 0) return `${others} Pod${others === 1 ? ' runs' : 's run'} another image`;
  const digests = new Set(runs.map(({ digest }) => digest).filter(Boolean));
  if (digests.size > 1) return `the tag has moved: Pods run ${digests.size} different contents of it`;
  return '';
}
