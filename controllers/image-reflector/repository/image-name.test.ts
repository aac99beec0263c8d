import { describe, expect, test } from 'vitest';
import { canonical, imageIn } from './image-name.ts';

describe('an image', () => {
  test.each([
    ['alpine', 'index.docker.io/library/alpine'],
    ['org/app', 'index.docker.io/org/app'],
    ['docker.io/org/app', 'index.docker.io/org/app'],
    ['ghcr.io/org/app/part', 'ghcr.io/org/app/part'],
    ['localhost:5000/app', 'localhost:5000/app'],
  ])('%s is %s', (image, name) => {
    expect(canonical(imageIn(image))).toBe(name);
  });

  test.each([
    ['https://ghcr.io/app', "image 'https://ghcr.io/app' should not include URL scheme; remove 'https://'"],
    ['oci://ghcr.io/app', "image 'oci://ghcr.io/app' should not include URL scheme; remove 'oci://'"],
    ['ghcr.io/org/app:v1', "image 'ghcr.io/org/app:v1' should not include a tag; remove ':v1'"],
    ['localhost:5000/app:v1', "image 'localhost:5000/app:v1' should not include a tag; remove ':v1'"],
    ['ghcr.io/Org/app', 'could not parse reference: ghcr.io/Org/app'],
    ['', 'could not parse reference'],
  ])('%j is refused: %s', (image, problem) => {
    expect(() => imageIn(image)).toThrow(problem);
  });
});
