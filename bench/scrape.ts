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

/** What several processes have cost together. @param processes with the ports of their metrics */
export async function sampleOf(processes: { port: number; pid: number }[]): Promise<Sample> {
  const sum: Sample = { cpu: 0, peak: 0, requests: new Map() };
  for (const { port, pid } of processes) {
    const { cpu, peak } = costOf(pid);
    sum.cpu += cpu;
    sum.peak += peak;
    for (const [kind, count] of await requestsAt(port))
      sum.requests.set(kind, (sum.requests.get(kind) ?? 0) + count);
  }
  return sum;
}

/** By kind where the process tells kinds; under an empty name where it only counts, as Flux does. */
async function requestsAt(port: number): Promise<Map<string, number>> {
  const requests = new Map<string, number>();
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined);
  const text = (await answer?.text()) ?? '';
  const own = text.includes('millrace_api_requests_total');
  for (const line of text.split('\n')) {
    const kind = /^millrace_api_requests_total\{verb="([^"]*)",resource="([^"]*)"\} (\d+)$/.exec(line);
    if (kind) requests.set(`${kind[1]} ${kind[2]}`, Number(kind[3]));
    const plain = own ? null : /^rest_client_requests_total\{[^}]*\} (\d+)$/.exec(line);
    if (plain) requests.set('', (requests.get('') ?? 0) + Number(plain[1]));
  }
  return requests;
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
