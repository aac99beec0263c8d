import type { Library } from '../../check/environment.ts';
import { type CallCost, type CelFunction, celFunction, global, member } from '../../check/function.ts';
import { bool, int, opaque, string } from '../../check/type.ts';
import { reading } from '../../cost/size.ts';
import { EvaluationError } from '../../error.ts';
import { OpaqueValue } from '../../value/value.ts';
import { type Address, addressText, BadAddress, isMapped, parseAddress } from './ip-address.ts';

export const ipType = opaque('net.IP');

/** An address of IPv4 or IPv6. */
export class Ip extends OpaqueValue {
  readonly type = ipType;
  readonly bytes: readonly number[];
  override readonly size: number;

  constructor(bytes: readonly number[]) {
    super();
    this.bytes = bytes;
    this.size = bytes.length;
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof Ip && addressText(this.bytes) === addressText(other.bytes);
  }
}

/** Throws EvaluationError. */
export function parseIp(text: string): Ip {
  let address: Address;
  try {
    address = parseAddress(text);
  } catch (cause) {
    if (!(cause instanceof BadAddress)) throw cause;
    throw new EvaluationError(
      `IP Address ${JSON.stringify(text)} parse error during conversion from string: ${cause.message}`,
    );
  }
  if (address.zone !== '')
    throw new EvaluationError(`IP address ${JSON.stringify(text)} with zone value is not allowed`);
  if (isMapped(address.bytes))
    throw new EvaluationError(`IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`);
  return new Ip(address.bytes);
}

export function succeeds(parse: (text: string) => unknown): (text: string) => boolean {
  return text => {
    try {
      parse(text);
      return true;
    } catch (error) {
      if (error instanceof EvaluationError) return false;
      throw error;
    }
  };
}

export const nominal: CallCost = () => 1;

function isLinkLocal(
  [first = 0, second = 0, ...rest]: readonly number[],
  kind: 'multicast' | 'unicast',
): boolean {
  const isV4 = rest.length === 2;
  if (kind === 'unicast')
    return isV4 ? first === 169 && second === 254 : first === 0xfe && (second & 0xc0) === 0x80;
  return isV4 ? first === 224 && second === 0 && rest[0] === 0 : first === 0xff && (second & 0x0f) === 2;
}

function isLoopback(bytes: readonly number[]): boolean {
  return bytes.length === 4
    ? bytes[0] === 127
    : bytes.slice(0, 15).every(byte => byte === 0) && bytes[15] === 1;
}

function isUnspecified(bytes: readonly number[]): boolean {
  return bytes.every(byte => byte === 0);
}

function isMulticast([first = 0, ...rest]: readonly number[]): boolean {
  return rest.length === 3 ? (first & 0xf0) === 0xe0 : first === 0xff;
}

function isGlobalUnicast(bytes: readonly number[]): boolean {
  if (bytes.length === 4 && bytes.every(byte => byte === 255)) return false;
  return !isUnspecified(bytes) && !isLoopback(bytes) && !isMulticast(bytes) && !isLinkLocal(bytes, 'unicast');
}

function test(name: string, holds: (bytes: readonly number[]) => boolean): CelFunction {
  return celFunction(name, [member([ipType], bool, ({ bytes }: Ip) => holds(bytes))], { cost: nominal });
}

/** https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-ip-address-library */
export const ipLibrary: Library = {
  types: [ipType],
  functions: [
    celFunction('ip', [global([string], ipType, parseIp, reading())]),
    celFunction('isIP', [global([string], bool, succeeds(parseIp))], { cost: reading() }),
    celFunction(
      'ip.isCanonical',
      [global([string], bool, (text: string) => addressText(parseIp(text).bytes) === text)],
      { cost: reading(2) },
    ),
    celFunction('family', [member([ipType], int, ({ bytes }: Ip) => (bytes.length === 4 ? 4n : 6n))], {
      cost: nominal,
    }),
    test('isUnspecified', isUnspecified),
    test('isLoopback', isLoopback),
    test('isLinkLocalMulticast', bytes => isLinkLocal(bytes, 'multicast')),
    test('isLinkLocalUnicast', bytes => isLinkLocal(bytes, 'unicast')),
    test('isGlobalUnicast', isGlobalUnicast),
    celFunction('string', [global([ipType], string, ({ bytes }: Ip) => addressText(bytes))]),
  ],
};
