import type { ServerResponse } from 'node:http';
import { Session } from 'node:inspector/promises';
import { delay } from '@millrace/kube';

/** Seconds. */
const usual = 30;
const most = 120;

/** Profiles slow the process down: one is taken at a time. */
let isBusy = false;

/**
 * Where Flux's controllers have Go's pprof: `/debug/profile` is what the process computes (a .cpuprofile), and
 * `/debug/profile/heap` what it allocates (a .heapprofile), for ?seconds=, by function, as Chrome's developer tools open
 * it. There is no snapshot of the heap: it would show every Secret to whoever may ask for metrics.
 *
 * @param path what is asked for, with its query; returns false where it is nothing of this
 */
export function answerProfile(path: string, response: ServerResponse): boolean {
  const { pathname, searchParams } = new URL(path, 'http://process');
  const take = profiles[pathname.replace(/\/$/, '')];
  if (!take) return false;
  const seconds = secondsOf(searchParams.get('seconds'));
  if (seconds === undefined) {
    refuse(response, 400, `seconds is a number from 1 to ${most}`);
  } else if (isBusy) {
    refuse(response, 503, 'a profile is being taken: try again when it is done');
  } else {
    void give(take, seconds, response);
  }
  return true;
}

type Take = (session: Session, end: () => Promise<void>) => Promise<unknown>;

const profiles: Record<string, Take> = {
  async '/debug/profile'(session, end) {
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
    await end();
    return (await session.post('Profiler.stop')).profile;
  },
  async '/debug/profile/heap'(session, end) {
    await session.post('HeapProfiler.startSampling');
    await end();
    return (await session.post('HeapProfiler.stopSampling')).profile;
  },
};

function secondsOf(text: string | null): number | undefined {
  if (text === null) return usual;
  const seconds = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  return seconds >= 1 && seconds <= most ? seconds : undefined;
}

/** Until the time is over; at once when whoever has asked is gone. */
async function give(take: Take, seconds: number, response: ServerResponse): Promise<void> {
  isBusy = true;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const session = new Session();
  session.connect();
  try {
    const profile = await take(session, () => delay(seconds * 1000, gone.signal).catch(() => {}));
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(profile));
  } catch (error) {
    refuse(response, 500, (error as Error).message);
  } finally {
    session.disconnect();
    isBusy = false;
  }
}

function refuse(response: ServerResponse, code: number, message: string): void {
  response.writeHead(code, { 'content-type': 'text/plain; charset=utf-8' }).end(`${message}\n`);
}
