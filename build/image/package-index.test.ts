import { describe, expect, test } from 'vitest';
import { PackageIndex } from './package-index.ts';

const index = new PackageIndex(`Package: git
Version: 1:2.47.3-1
Depends: libc6 (>= 2.34), perl, libcurl-gnutls | libcurl-other
Description: a program
 that goes on: here
Filename: pool/git.deb
SHA256: aa

Package: libc6
Version: 2.41
Pre-Depends: libgcc-s1:any

Package: libcurl3t64-gnutls
Provides: libcurl-gnutls (= 8), libcurl-of-old
Depends: libc6, git

Package: libgcc-s1
`);

describe('an index of packages', () => {
  test('tells what has to be there for a package, whatever it is called, and nothing that is left out', () => {
    const found = index.closure(['git'], new Set(['perl']));
    expect(found.map(({ name }) => name)).toEqual(['git', 'libc6', 'libcurl3t64-gnutls', 'libgcc-s1']);
    expect(found[0]).toMatchObject({ version: '1:2.47.3-1', path: 'pool/git.deb', sha256: 'aa' });
  });

  test('names what is in no archive', () => {
    expect(() => index.closure(['git'], new Set())).toThrow('there is no package perl');
  });
});
