import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** What a process has cost so far. */
export interface Sample {
  /** Seconds of processor time, of its threads and of the children that have ended. */
  cpu: number;
  /** Bytes of memory at its largest. */
  peak: number;
  /** Requests to the API server by kind: `apply configmaps`. */
  requests: Map<string, number>;
}

/** Clock ticks a second, as /proc counts them on Linux. */
const ticks = 100;

/** @param port of the metrics of the process */
export async function metricsAt(port: number, pid: number): Promise<Sample> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const requests = new Map<string, number>();
  for (const line of text.split('\n')) {
    const found = /^millrace_api_requests_total\{verb="(.*)",resource="(.*)"\} (\d+)$/.exec(line);
    if (found) requests.set(`${found[1]} ${found[2]}`, Number(found[3]));
  }
  return { ...costOf(pid), requests };
}

function costOf(pid: number): { cpu: number; peak: number } {
  // Behind the name, which may hold anything: state is field 3; utime, stime, cutime and cstime are 14 to 17.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
  const cpu = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) / ticks;
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return { cpu, peak: Number(peak) * 1024 };
}

export function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
