import { isIPv6 } from 'node:net';
import { addressOf, bitsOf, canonicalIPv6, parseNetwork } from '../validation/networks.ts';

/** Of an address that is valid but not written as it should be. Source of the rule: apimachinery, validation, GetWarningsForIP. */
export function addressWarnings(address: string, field: string): string[] {
  const mapped = mappedIPv4(address);
  if (mapped !== undefined)
    return [`${field}: non-standard IP address ${JSON.stringify(address)} is invalid: use "${mapped}"`];
  if (!isIPv6(address)) return [];
  const canonical = canonicalIPv6(address);
  if (canonical === address) return [];
  return [
    `${field}: IPv6 address ${JSON.stringify(address)} should be in RFC 5952 canonical format ("${canonical}")`,
  ];
}

/** Of a network that is valid but ambiguous. Source of the rule: apimachinery, validation, GetWarningsForCIDR. */
export function networkWarnings(text: string, field: string): string[] {
  const network = parseNetwork(text);
  if (network === undefined) return [];
  const shown = JSON.stringify(text);
  if (network.beyond)
    return [
      `${field}: CIDR value ${shown} is ambiguous in this context (should be "${network.masked}" or "${network.single}"?)`,
    ];
  if (!network.masked.includes(':') || network.masked === text) return [];
  return [`${field}: IPv6 CIDR value ${shown} should be in RFC 5952 canonical format ("${network.masked}")`];
}

/** The IPv4 address within `::ffff:1.2.3.4`. */
function mappedIPv4(address: string): string | undefined {
  const bits = isIPv6(address) ? bitsOf(address) : undefined;
  if (!bits?.slice(0, 96).every((bit, i) => bit === (i < 80 ? 0 : 1))) return undefined;
  return addressOf(bits.slice(96));
}
