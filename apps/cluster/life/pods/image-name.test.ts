import { expect, test } from 'vitest';
import { imageProblem } from './image-name.ts';

test.each([
  'nginx',
  'nginx:1.27-alpine',
  'library/nginx',
  'registry.example.com:5000/team/app_x/web:v1.2.3',
  'localhost/app',
  'UPPER/x',
  '[::1]:5000/app',
  `ghcr.io/a/b@sha256:${'0'.repeat(64)}`,
  `ghcr.io/a/b:v1@sha256:${'0'.repeat(64)}`,
])('%s is the name of an image', image => {
  expect(imageProblem(image)).toBeUndefined();
});

test.each([
  ['nginx:', 'invalid reference format'],
  ['team/Web', 'invalid reference format: repository name (team/Web) must be lowercase'],
  ['a b', 'invalid reference format'],
  ['nginx:1:2', 'invalid reference format'],
  ['https://example.com/app', 'invalid reference format'],
  ['nginx@sha256:12', 'invalid reference format'],
  ['-/x', 'invalid reference format'],
])('%j is none', (image, why) => {
  const quoted = JSON.stringify(image);
  expect(imageProblem(image)).toBe(
    `Failed to apply default image tag ${quoted}: couldn't parse image name ${quoted}: ${why}`,
  );
});
