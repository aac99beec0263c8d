import { gzipSync, zstdCompressSync } from 'node:zlib';
import { tarSymlink, writeTar } from '@millrace/tar';
import { describe, expect, test } from 'vitest';
import { ArchiveError, readAr } from './ar.ts';
import { openDeb } from './deb.ts';

/** An ar archive, as dpkg-deb writes it. */
function ar(members: [name: string, bytes: Uint8Array][]): Buffer {
  const parts = members.map(([name, bytes]) => {
    const header = `${name.padEnd(16)}${'0'.padEnd(32)}${String(bytes.length).padEnd(10)}\`\n`;
    return Buffer.concat([Buffer.from(header), bytes, Buffer.from(bytes.length % 2 ? '\n' : '')]);
  });
  return Buffer.concat([Buffer.from('!<arch>\n'), ...parts]);
}

const control = writeTar([{ name: './control', content: Buffer.from('Package: hello\n') }]);
const link = Buffer.concat(tarSymlink('./usr/bin/hi', 'hello'));
const data = Buffer.concat([
  link,
  writeTar([{ name: './usr/bin/hello', content: Buffer.from('!'), mode: 0o755 }]),
]);
/** A tar archive of one file, by xz 5.4.1. */
const xzFile = Buffer.from(
  '/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4Cf/AFZdABcLyKEF4XBklONRMjKON6y6RIAi4YB4liCmot8C/jX29EypN870KstSKEPFzMAHIbCLcfRMls6O1LwQ6Zaa6tYln/cvF1a+rKfN5UUhXGzPIS23/LMAAAAA3zG69lwDCSIAAXKAUAAAACfHVP+xxGf7AgAAAAAEWVo=',
  'base64',
);

describe('a package', () => {
  test.each([
    ['.tar', (bytes: Uint8Array) => bytes],
    ['.tar.gz', gzipSync],
    ['.tar.zst', zstdCompressSync],
  ])('is opened where its parts are %s', async (ending, compress) => {
    const deb = await openDeb(
      ar([
        ['debian-binary', Buffer.from('2.0\n')],
        [`control${ending}`, compress(control)],
        [`data${ending}`, compress(data)],
      ]),
    );
    expect(deb.control).toBe('Package: hello\n');
    expect(deb.entries.map(({ name, type, mode }) => [name, type, mode & 0o111])).toEqual([
      ['usr/bin/hi', 'symlink', 0o111],
      ['usr/bin/hello', 'file', 0o111],
    ]);
  });

  test('is opened where its files are compressed by xz', async () => {
    const { entries } = await openDeb(
      ar([
        ['control.tar', control],
        ['data.tar.xz', xzFile],
      ]),
    );
    expect(entries.map(({ name, content }) => [name, String(Buffer.from(content))])).toEqual([
      ['a', 'one\n'],
    ]);
  });

  test.each([
    ['no archive', Buffer.from('MZ'), /no ar archive/],
    ['a header that is none', Buffer.concat([ar([]), Buffer.from('x'.repeat(60))]), /broken header/],
    ['one that ends too early', ar([['a', Buffer.alloc(100)]]).subarray(0, 90), /ends inside a/],
    ['one without files', ar([['control.tar', control]]), /no data\.tar/],
    ['one that says nothing of itself', ar([['control.tar', data]]), /no control file/],
    ['another compression', ar([['control.tar.lzma', control]]), /not compressed as \.tar\.lzma/],
  ])('is not: %s', async (_, bytes, problem) => {
    await expect(openDeb(bytes)).rejects.toThrow(problem);
    await expect(openDeb(bytes)).rejects.toThrow(ArchiveError);
  });

  test('has members of any length', () => {
    const members = readAr(
      ar([
        ['odd', Buffer.from('123')],
        ['even/', Buffer.from('1234')],
      ]),
    );
    expect([...members].map(([name, bytes]) => [name, String(bytes)])).toEqual([
      ['odd', '123'],
      ['even', '1234'],
    ]);
  });
});
