import { isIP } from 'node:net';
import { type FieldError, invalid } from '@millrace/schema';

export function addressProblems(address: string, field: string): FieldError[] {
  if (isIP(address) !== 0) return [];
  return [invalid(field, address, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')];
}
