import { type Exchange, type Replay, replayExchanges } from '@millrace/http/testing';
import { afterEach, describe, expect, test } from 'vitest';
import azure from './golden/azure.json' with { type: 'json' };
import google from './golden/google.json' with { type: 'json' };
import s3 from './golden/s3.json' with { type: 'json' };
import { objectStore, type Place } from './index.ts';
import { changed, files, goThrough } from './testing/tour.ts';

interface Golden {
  etags: Record<string, string>;
  changedEtag: string;
  exchanges: { tour: Exchange[]; noBucket: Exchange[]; stranger?: Exchange[] };
}

interface Recorded {
  server: string;
  golden: Golden;
  place(url: string, bucket: string): Place;
  /** As Flux has it in a revision. */
  etag(told: string): string;
}

const json = (value: { exchanges: object }) => JSON.parse(JSON.stringify(value)) as Golden;

const servers: Recorded[] = [
  {
    server: google['made by'],
    golden: json(google),
    place: (origin, bucket) => ({ kind: 'google', bucket, origin }),
    etag: told => told,
  },
  {
    server: azure['made by'],
    golden: json(azure),
    place: (url, container) => ({
      kind: 'azure',
      endpoint: `${url}/devstoreaccount1`,
      container,
      credential: { kind: 'key', account: 'devstoreaccount1', key: 'AAAA' },
    }),
    etag: told => told,
  },
  {
    server: s3['made by'],
    golden: json(s3),
    place: (url, bucket) => ({
      kind: 's3',
      endpoint: new URL(url).host,
      insecure: true,
      bucket,
      keys: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
    }),
    etag: told => told.replaceAll('"', ''),
  },
];

/** What was recorded is asked for again, request by request (`golden/record.ts`). */
describe.each(servers)('a bucket of $server, as recorded', ({ golden, place, etag }) => {
  const { tour, noBucket, stranger = [] } = golden.exchanges;
  let replay: Replay;
  const at = async (exchanges: Exchange[]) => {
    replay = await replayExchanges(exchanges);
    return replay.url;
  };
  afterEach(() => {
    replay.stop();
    expect(replay.unknown).toEqual([]);
  });
  const list = async (of: Place) => {
    const store = await objectStore(of, {});
    const signal = AbortSignal.timeout(30_000);
    return Array.fromAsync(store.list('', signal)).finally(() => store.close());
  };

  test('is listed and read, with the etags that were told when it was filled', async () => {
    const found = await goThrough(place(await at(tour), 'fleet'));
    const wanted = Object.entries(files).map(([key, content]) => [key, etag(golden.etags[key]!), content]);
    expect(found.objects).toEqual(wanted);
    expect(found.apps).toEqual(Object.keys(files).filter(key => key.startsWith('apps/')));
  });

  test('gives what an object has become since', async () => {
    const { live, hasOther } = await goThrough(place(await at(tour), 'fleet'));
    expect(live).toEqual([etag(golden.changedEtag), changed]);
    expect(hasOther).toBe(false);
  });

  test('that is not there is told of', async () => {
    await expect(list(place(await at(noBucket), 'nobody-has-it'))).rejects.toMatchObject({
      failure: 'no bucket',
    });
  });

  // fake-gcs-server lets everybody in.
  test.each([stranger].filter(({ length }) => length > 0))(
    'is closed to who has a wrong key',
    async (...exchanges) => {
      await expect(list(place(await at(exchanges), 'fleet'))).rejects.toMatchObject({ failure: 'refused' });
    },
  );
});
