import { describe, expect, test } from 'vitest';
import { formerArchive } from './former-archive.ts';

const [a, b] = ['a', 'b'].map(letter => letter.repeat(40));
const [c, d] = ['c', 'd'].map(letter => letter.repeat(64));
const at = (file: string) => `http://source-controller.flux-system.svc/gitrepository/a/b/${file}`;
const newest = (revision: string, file: string) => ({
  ...{ url: at(file), revision, path: '', digest: '', lastUpdateTime: '' },
});

describe('the archive of a former revision', () => {
  test.each([
    [newest(`main@sha1:${a}`, `${a}.tar.gz`), `main@sha1:${b}`, at(`${b}.tar.gz`)],
    [newest(`main@sha1:${a}`, `${a}.tar.gz`), `v1.2.3@sha1:${b}`, at(`${b}.tar.gz`)],
    [newest(`latest@sha256:${c}`, `${c}.tar.gz`), `latest@sha256:${d}`, at(`${d}.tar.gz`)],
    [newest(`sha256:${c}`, `${c}.tar.gz`), `sha256:${d}`, at(`${d}.tar.gz`)],
  ])('is named after its revision: %#', (artifact, revision, url) => {
    expect(formerArchive(artifact, revision)).toBe(url);
  });

  test.each([
    ['charts have names of their own', newest('6.1.0', 'podinfo-6.1.0.tgz'), '6.0.0'],
    ['the newest has another name', newest(`main@sha1:${a}`, 'latest.tar.gz'), `main@sha1:${b}`],
    ['the revision is a way up', newest(`main@sha1:${a}`, `${a}.tar.gz`), `main@sha1:../../${b}`],
    ['the revision is short', newest(`main@sha1:${a}`, `${a}.tar.gz`), 'main@sha1:bbbb'],
  ])('is nowhere where %s', (_, artifact, revision) => {
    expect(formerArchive(artifact, revision)).toBeUndefined();
  });
});
