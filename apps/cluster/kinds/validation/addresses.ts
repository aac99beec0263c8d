import { isIP } from 'node:net';
import { type FieldError, invalid } from '@millrace/schema';

/** An IPv4 address whose parts may begin with zeros, without these. */
function withoutZeros(address: string): string {
  return address.replace(/(?<!\d)0+(?=\d)/g, '');
}

export function addressProblems(address: string, field: string): FieldError[] {
  if (isIP(address) !== 0) return [];
  if (isIP(withoutZeros(address)) === 4) return [invalid(field, address, 'must not have leading 0s')];
  return [invalid(field, address, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')];
}
