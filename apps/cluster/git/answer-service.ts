import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { changesBetween, type RefChange, readRefs } from './refs.ts';
import { sweep } from './repositories.ts';
import { largestPush, runService, type Service, type ServiceProcess } from './service.ts';
import type { Slots } from './slots.ts';
import { receive, type Upload } from './upload.ts';

/** What all requests share. */
export interface Workshop {
  /** The places of git processes. */
  readonly slots: Slots;
  /** The folder for bodies on their way. */
  readonly uploads: string;
  readonly ending: AbortSignal;
}

/** One request to git. */
export interface Job {
  readonly name: string;
  readonly path: string;
  readonly service: Service;
  readonly protocol: string | string[] | undefined;
  readonly workshop: Workshop;
  readonly onPush?: (repository: string, refs: RefChange[]) => void;
}

/** What clients say of what they have and want. */
const largestQuestion = 8 * 2 ** 20;
/** Nothing moves for this long, and who asked is given up; sooner where others wait for the place. */
const patience = 30_000;
const patienceWhenWanted = 2000;

/**
 * Let git answer a request. The body is taken in before a git process is started for it, and a reader that stalls is cut,
 * so that a slow client holds its own connection and no place of others. Throws Busy, TooLarge and Stalled.
 */
export async function answerService(
  job: Job,
  advertises: boolean,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { slots, uploads, ending } = job.workshop;
  const gone = new AbortController();
  response.once('close', () => gone.abort(new Error('the client has gone')));
  const limit = job.service === 'receive-pack' ? largestPush : largestQuestion;
  const body = advertises ? undefined : await receive(request, uploads, limit, patience);
  try {
    const signal = AbortSignal.any([gone.signal, ending]);
    const giveBack = await slots.take(signal);
    try {
      await (body ? exchange(job, body, response, signal) : advertise(job, response, signal));
    } finally {
      giveBack();
    }
  } finally {
    body?.remove();
  }
}

async function advertise(job: Job, response: ServerResponse, signal: AbortSignal): Promise<void> {
  const git = runService(job, true);
  git.stdin.end();
  begin(response, `application/x-git-${job.service}-advertisement`);
  const line = `# service=git-${job.service}\n`;
  response.write(`${(line.length + 4).toString(16).padStart(4, '0')}${line}0000`);
  await passOn(job, git, response, signal);
  response.end();
}

/** The pushes under way, by repository: while there is one, what looks like a rest may be at work. */
const pushing = new Map<string, number>();

async function exchange(
  job: Job,
  body: Upload,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  if (job.service === 'upload-pack') {
    await answer(job, body, response, signal);
    response.end();
    return;
  }
  pushing.set(job.path, (pushing.get(job.path) ?? 0) + 1);
  const before = job.onPush && (await readRefs(job.path));
  try {
    await answer(job, body, response, signal);
  } finally {
    const others = pushing.get(job.path)! - 1;
    if (others > 0) pushing.set(job.path, others);
    else {
      pushing.delete(job.path);
      sweep(job.path);
    }
  }
  if (before && job.onPush) {
    const changes = changesBetween(before, await readRefs(job.path));
    if (changes.length > 0) job.onPush(job.name, changes);
  }
  response.end();
}

async function answer(job: Job, body: Upload, response: ServerResponse, signal: AbortSignal): Promise<void> {
  const git = runService(job, false);
  begin(response, `application/x-git-${job.service}-result`);
  // git may have heard enough and close before the client has said all.
  pipeline(body.read(), git.stdin).catch(() => {});
  await passOn(job, git, response, signal);
}

/** Hand on what git says until it has ended, or until the client goes or stalls: then git ends too. */
async function passOn(
  { workshop: { slots } }: Job,
  git: ServiceProcess,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  let moved = Date.now();
  const end = () => git.end();
  const look = setInterval(() => {
    const still = Date.now() - moved;
    if (still > (slots.wanted ? patienceWhenWanted : patience) && response.writableNeedDrain)
      response.destroy();
  }, 500);
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  try {
    const told = async function* () {
      for await (const chunk of git.stdout) {
        moved = Date.now();
        yield chunk;
      }
    };
    await pipeline(Readable.from(told()), response, { end: false });
    await git.ended;
  } finally {
    clearInterval(look);
    signal.removeEventListener('abort', end);
    git.end();
    await git.ended.catch(() => {});
  }
}

function begin(response: ServerResponse, contentType: string): void {
  response.writeHead(200, {
    'content-type': contentType,
    'cache-control': 'no-cache, max-age=0, must-revalidate',
  });
}
