import type { Json, JsonObject } from '@millrace/json';
import { expect, test } from 'vitest';
import { managersAfterScale, managersOfScale } from './scale-managers.ts';

const paths = new Map([['apps/v1', ['spec', 'replicas']]]);
const entry = (manager: string, fields: JsonObject, more: JsonObject = {}): JsonObject => ({
  manager,
  operation: 'Update',
  apiVersion: 'apps/v1',
  time: '2026-01-01T00:00:00Z',
  fieldsType: 'FieldsV1',
  fieldsV1: { 'f:spec': fields },
  ...more,
});
const withManagers = (...managedFields: Json[]): JsonObject => ({ metadata: { managedFields } });
const ofScale = { apiVersion: 'autoscaling/v1', subresource: 'scale' };

test('those who own the replicas of an object own those of its Scale', () => {
  const object = withManagers(
    entry('both', { 'f:replicas': {}, 'f:paused': {} }),
    entry('other', { 'f:paused': {} }),
    entry('old', { 'f:replicas': {} }, { apiVersion: 'apps/v0' }),
  );
  expect(managersOfScale(object, paths)).toEqual([
    entry('both', { 'f:replicas': {} }, { apiVersion: 'autoscaling/v1' }),
  ]);
});

test('who writes the Scale takes the replicas from those who had them', () => {
  const object = withManagers(
    entry('user', { 'f:replicas': {}, 'f:paused': {} }),
    entry('one', { 'f:replicas': {} }),
  );
  const scale = withManagers(entry('autoscaler', { 'f:replicas': {} }, ofScale));
  const { time: _time, ...taken } = entry('autoscaler', { 'f:replicas': {} }, { subresource: 'scale' });
  expect(managersAfterScale(object, scale, paths, 'apps/v1')).toEqual([
    taken,
    entry('user', { 'f:paused': {} }),
  ]);
});

test('an applier who keeps the replicas keeps its entry', () => {
  const applied = entry('app', { 'f:replicas': {} }, { operation: 'Apply', subresource: 'scale' });
  const scale = withManagers({ ...applied, apiVersion: 'autoscaling/v1' });
  expect(managersAfterScale(withManagers(applied), scale, paths, 'apps/v1')).toEqual([applied]);
});

test('entries of versions that are gone go', () => {
  const object = withManagers(entry('old', { 'f:paused': {} }, { apiVersion: 'apps/v0' }));
  expect(managersAfterScale(object, withManagers(), paths, 'apps/v1')).toEqual([]);
});
