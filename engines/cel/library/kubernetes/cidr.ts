import type { Library } from '../../check/environment.ts';
import { type CallCost, celFunction, global, member } from '../../check/function.ts';
import { bool, int, opaque, string } from '../../check/type.ts';
import { perCharacter, reading, sizeOf } from '../../cost/size.ts';
import { EvaluationError } from '../../error.ts';
import { OpaqueValue } from '../../value/value.ts';
import { Ip, ipType, nominal, parseIp, succeeds } from './ip.ts';
import { addressText, BadAddress, isMapped, parseAddress } from './ip-address.ts';

export const cidrType = opaque('net.CIDR');

/** A network: an address and how many of its bits count. */
class Cidr extends OpaqueValue {
  readonly type = cidrType;
  readonly bytes: readonly number[];
  readonly bits: number;
  override readonly size: number;

  constructor(bytes: readonly number[], bits: number) {
    super();
    this.bytes = bytes;
    this.bits = bits;
    this.size = Math.ceil(bits / 8);
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof Cidr && cidrText(this) === cidrText(other);
  }
}

function cidrText({ bytes, bits }: Cidr): string {
  return `${addressText(bytes)}/${bits}`;
}

/** Throws EvaluationError. Source of the rule: Go's net/netip.ParsePrefix. */
function parseCidr(text: string): Cidr {
  const slash = text.lastIndexOf('/');
  const bad = (why: string) =>
    new EvaluationError(
      `network address parse error during conversion from string: network address parse error during conversion from string: netip.ParsePrefix(${JSON.stringify(text)}): ${why}`,
    );
  if (slash < 0) throw bad("no '/'");
  const bytes = prefixAddress(text.slice(0, slash), bad);
  const digits = text.slice(slash + 1);
  if (digits.length > 1 && (digits[0]! < '1' || digits[0]! > '9'))
    throw bad(`bad bits after slash: ${JSON.stringify(digits)}`);
  if (!/^[+-]?\d+$/.test(digits)) throw bad(`bad bits after slash: ${JSON.stringify(digits)}`);
  const bits = Number(digits);
  if (bits < 0 || bits > bytes.length * 8) throw bad('prefix length out of range');
  if (isMapped(bytes))
    throw new EvaluationError(
      `network address parse error during conversion from string: IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`,
    );
  return new Cidr(bytes, bits);
}

function prefixAddress(text: string, bad: (why: string) => EvaluationError): readonly number[] {
  try {
    const { bytes, zone } = parseAddress(text);
    if (zone !== '') throw bad('IPv6 zones cannot be present in a prefix');
    return bytes;
  } catch (cause) {
    if (!(cause instanceof BadAddress)) throw cause;
    throw bad(cause.message);
  }
}

/** The leading bits of an address, the others zero. */
function masked(bytes: readonly number[], bits: number): number[] {
  return bytes.map((byte, i) => {
    const kept = Math.min(8, Math.max(0, bits - i * 8));
    return byte & (0xff << (8 - kept)) & 0xff;
  });
}

function contains({ bytes, bits }: Cidr, other: readonly number[]): boolean {
  return bytes.length === other.length && String(masked(bytes, bits)) === String(masked(other, bits));
}

function containsCidr(cidr: Cidr, other: Cidr): boolean {
  return contains(cidr, other.bytes) && cidr.bits <= other.bits;
}

/** Comparing up to the prefix; a text is parsed first. */
const containing: CallCost = ([cidr, other]) =>
  Math.ceil(sizeOf(cidr) * 2 * perCharacter) +
  (typeof other === 'string' ? Math.ceil(sizeOf(other) * perCharacter) : 0);
const containingCidr: CallCost = args =>
  containing(args, undefined) + Math.ceil(sizeOf(args[0]) * perCharacter) + 1;

/** https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-cidr-library */
export const cidrLibrary: Library = {
  types: [cidrType],
  functions: [
    celFunction('cidr', [global([string], cidrType, parseCidr)], { cost: reading() }),
    celFunction('isCIDR', [global([string], bool, succeeds(parseCidr))], { cost: reading() }),
    celFunction(
      'containsIP',
      [
        member([cidrType, string], bool, (cidr: Cidr, text: string) => contains(cidr, parseIp(text).bytes)),
        member([cidrType, ipType], bool, (cidr: Cidr, { bytes }: Ip) => contains(cidr, bytes)),
      ],
      { cost: containing },
    ),
    celFunction(
      'containsCIDR',
      [
        member([cidrType, string], bool, (cidr: Cidr, text: string) => containsCidr(cidr, parseCidr(text))),
        member([cidrType, cidrType], bool, containsCidr),
      ],
      { cost: containingCidr },
    ),
    celFunction('ip', [member([cidrType], ipType, ({ bytes }: Cidr) => new Ip(bytes))]),
    celFunction('prefixLength', [member([cidrType], int, ({ bits }: Cidr) => BigInt(bits))], {
      cost: nominal,
    }),
    celFunction(
      'masked',
      [member([cidrType], cidrType, ({ bytes, bits }: Cidr) => new Cidr(masked(bytes, bits), bits))],
      { cost: nominal },
    ),
    celFunction('string', [global([cidrType], string, cidrText)]),
  ],
};
