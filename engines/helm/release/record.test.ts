import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReleaseRecordError } from './fields.ts';
import golden from './golden/records.json' with { type: 'json' };
import { decodeRelease, encodeRelease, type ReleaseRecord, ReleaseTooLarge, recordName } from './record.ts';
import { type Release, withStatus } from './release.ts';

const records = golden.records as unknown as ReleaseRecord[];

const stamp = { at: 1_800_000_000.5, isUpdate: false };

function jsonOf({ kind, data }: ReleaseRecord): string {
  const packed = kind === 'Secret' ? Buffer.from(data!.release!, 'base64').toString() : data!.release!;
  return gunzipSync(Buffer.from(packed, 'base64')).toString();
}

function encoded(release: Release, kind: ReleaseRecord['kind']): ReleaseRecord {
  return kind === 'Secret'
    ? encodeRelease(release, 'secret', stamp)
    : encodeRelease(release, 'configmap', stamp);
}

describe(`records that helm ${golden.helm} wrote`, () => {
  it.each(records.map(record => [`${record.kind} ${record.metadata.name}`, record] as const))(
    '%s is written again to the byte',
    (_, record) => {
      const again = encoded(decodeRelease(record), record.kind);
      expect(jsonOf(again)).toBe(jsonOf(record));
      expect({ ...again, data: {} }).toEqual({
        ...record,
        data: {},
        metadata: {
          ...record.metadata,
          labels: { ...record.metadata.labels, modifiedAt: undefined, createdAt: '1800000000' },
        },
      });
    },
  );

  it('tell all of the release', () => {
    const release = decodeRelease(records[0]!);
    expect(release).toMatchObject({ name: 'rel', namespace: 'helmrel', version: 1, applyMethod: 'ssa' });
    expect(release.labels).toEqual({ team: 'x' });
    expect(release.info).toMatchObject({ status: 'superseded', description: 'first & "go"' });
    expect(release.config).toEqual({ a: 9007199254740992, b: '1.5', c: null, image: { tag: 'é<>' } });
    const hooks = release.hooks.find(({ name }) => name === 'hook-cm');
    expect(hooks).toMatchObject({
      events: ['pre-install', 'post-upgrade'],
      weight: -5,
      deletePolicies: ['before-hook-creation', 'hook-succeeded'],
      lastRun: { phase: 'Succeeded' },
    });
    const file = release.chart?.files?.find(({ name }) => name === 'files/bin');
    expect(file?.data).toEqual(Uint8Array.from([97, 0, 255, 60, 98, 62]));
  });
});

const release: Release = {
  name: 'app',
  namespace: 'default',
  version: 3,
  info: { description: '', status: 'deployed', rollbackRevision: 0, notes: '' },
  chart: undefined,
  config: undefined,
  manifest: '',
  hooks: [],
  applyMethod: '',
  labels: {},
};

describe('a record', () => {
  it('has the name and the labels that Helm looks for', () => {
    const record = encodeRelease({ ...release, labels: { team: 'a' } }, 'secret', { at: 5, isUpdate: true });
    expect(record).toMatchObject({
      type: 'helm.sh/release.v1',
      metadata: { name: recordName('app', 3), namespace: 'default' },
    });
    expect(record.metadata.labels).toEqual({
      team: 'a',
      modifiedAt: '5',
      name: 'app',
      owner: 'helm',
      status: 'deployed',
      version: '3',
    });
  });

  it('leaves out what is empty, as Go does', () => {
    expect(jsonOf(encoded(release, 'Secret'))).toBe(
      '{"name":"app","info":{"status":"deployed"},"version":3,"namespace":"default"}',
    );
  });

  it('gives back any release', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.jsonValue(), (text, value) => {
        const config = { [`k${text}`]: JSON.parse(JSON.stringify(value)) };
        const given = withStatus({ ...release, manifest: text, config }, 'failed', text);
        expect(decodeRelease(encoded(given, 'ConfigMap'))).toEqual(given);
      }),
    );
  });

  it('may not be larger than the API server takes', () => {
    const manifest = Array.from({ length: 600_000 }, (_, n) =>
      ((n * 2654435761) % 4294967296).toString(36),
    ).join('');
    expect(() => encodeRelease({ ...release, manifest }, 'secret', stamp)).toThrow(
      new ReleaseTooLarge(
        'create: failed to create: Secret "sh.helm.release.v1.app.v3" is invalid: data: Too long: may not be more than 1048576 bytes',
      ),
    );
    expect(() => encodeRelease({ ...release, manifest }, 'configmap', stamp)).toThrow(
      'ConfigMap "sh.helm.release.v1.app.v3" is invalid: []: Too long: may not be more than 1048576 bytes',
    );
  });

  it('may not have labels that are Helm’s own', () => {
    expect(() => encodeRelease({ ...release, labels: { owner: 'me' } }, 'secret', stamp)).toThrow(
      'System labels: [name owner status version createdAt modifiedAt]',
    );
  });

  const secret = (release?: string): ReleaseRecord => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'r', namespace: 'n' },
    ...(release !== undefined && { data: { release: Buffer.from(release).toString('base64') } }),
  });

  it('from before they were compressed is read too', () => {
    const text = Buffer.from('{"name":"old"}').toString('base64');
    expect(decodeRelease(secret(text)).name).toBe('old');
  });

  it.each([
    ['no data', secret(), 'Secret n/r: data.release is missing'],
    [
      'no JSON',
      secret(Buffer.from('x').toString('base64')),
      "Secret n/r: the release is no JSON: invalid character 'x'",
    ],
    [
      'a field of another type',
      secret(Buffer.from('{"info":{"notes":[]}}').toString('base64')),
      'release.info.notes is not a text',
    ],
    ['a broken archive', secret('H4sIAAAAAAAA/w=='), 'Secret n/r: unexpected end of file'],
  ])('with %s is refused', (_, record, problem) => {
    expect(() => decodeRelease(record)).toThrow(ReleaseRecordError);
    expect(() => decodeRelease(record)).toThrow(problem);
  });
});
