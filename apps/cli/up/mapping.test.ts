import { expect, test } from 'vitest';
import { mappingsIn } from './mapping.ts';

test.each([
  ['https://a.example/x=http://b.example', { from: 'https://a.example/x', to: { url: 'http://b.example' } }],
  ['https://c.example=/', { from: 'https://c.example', to: { folder: '/' } }],
  ['git@c.example:team/app=/', { from: 'git@c.example:team/app', to: { folder: '/' } }],
  ['oci://d.example:5000/app=/', { from: 'oci://d.example:5000/app', to: { folder: '/' } }],
  ['oci://d.example:5000/app:v1=/', { from: 'oci://d.example:5000/app', tag: 'v1', to: { folder: '/' } }],
  ['oci://d.example:5000=/', { from: 'oci://d.example:5000', to: { folder: '/' } }],
  [
    'oci://d.example/app=oci://localhost/app',
    { from: 'oci://d.example/app', to: { url: 'oci://localhost/app' } },
  ],
  [
    'oci://d.example/x=https://charts.example',
    { from: 'oci://d.example/x', to: { url: 'https://charts.example' } },
  ],
])('%s', (text, expected) => {
  expect(mappingsIn([text])).toEqual([{ tag: undefined, ...expected }]);
});

test.each(['https://a.example', 'a=b', '=b', 'https://a.example=', '/a=/b'])('%j maps nothing', text => {
  expect(() => mappingsIn([text])).toThrow('a folder or another URL are expected');
});

test.each([
  ['https://a.example=/no/such/folder', 'there is no folder /no/such/folder'],
  ['https://a.example=/dev/null', '/dev/null is no folder'],
  ['oci://a.example/app:v1=oci://localhost/app', 'a tag is for a folder'],
  ['https://a.example=oci://localhost/app', 'URLs that begin with oci:// only'],
])('%s is refused', (text, problem) => {
  expect(() => mappingsIn([text])).toThrow(problem);
});
