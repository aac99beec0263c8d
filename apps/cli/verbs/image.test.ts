import { expect, test } from 'vitest';
import { nameAndTag } from './image.ts';

test.each([
  ['ghcr.io/fluxcd/source-controller:v1.9.0', 'source-controller', 'v1.9.0'],
  ['localhost:5000/source-controller:v1.9.0', 'source-controller', 'v1.9.0'],
  ['source-controller:v1.9.0', 'source-controller', 'v1.9.0'],
  ['ghcr.io/fluxcd/source-controller:v1.9.0@sha256:ab/cd', 'source-controller', 'v1.9.0@sha256:ab/cd'],
])('%s', (image, name, tag) => {
  expect(nameAndTag(image)).toEqual({ name, tag });
});

test.each(['ghcr.io/fluxcd/source-controller', 'localhost:5000/x', 'x@sha256:ab', ''])(
  '%j has no tag',
  image => {
    expect(() => nameAndTag(image)).toThrow('missing image tag');
  },
);
