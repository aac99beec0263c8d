import { isIPv4, isIPv6 } from 'node:net';

export interface Network {
  /** Without the bits beyond the length of its prefix, canonically written. */
  readonly masked: string;
  /** The network of its address alone. */
  readonly single: string;
  /** Whether the address has bits beyond the prefix. */
  readonly beyond: boolean;
  readonly bits: readonly number[];
  readonly length: number;
}

/** Whether a network is part of another, and not all of it. */
export function isWithin(part: Network, whole: Network): boolean {
  if (part.bits.length !== whole.bits.length || part.length <= whole.length) return false;
  return whole.bits.slice(0, whole.length).every((bit, i) => bit === part.bits[i]);
}

/** A network such as `10.0.0.0/8`; undefined for what is none. */
export function parseNetwork(text: string): Network | undefined {
  const [, address = '', length = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const bits = bitsOf(address);
  if (bits === undefined || Number(length) > bits.length) return undefined;
  const kept = bits.map((bit, i) => (i < Number(length) ? bit : 0));
  return {
    masked: `${addressOf(kept)}/${Number(length)}`,
    single: `${addressOf(bits)}/${bits.length}`,
    beyond: kept.some((bit, i) => bit !== bits[i]),
    bits,
    length: Number(length),
  };
}

/** The URL standard writes IPv6 addresses as RFC 5952 has it. */
export function canonicalIPv6(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}

export function bitsOf(address: string): number[] | undefined {
  if (isIPv4(address)) return address.split('.').flatMap(part => binary(Number(part), 8));
  if (!isIPv6(address) || address.includes('%')) return undefined;
  const [head = '', tail] = canonicalIPv6(address).split('::');
  const [before, after] = [groups(head), groups(tail ?? '')];
  const gap = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array<number>(gap).fill(0), ...after].flatMap(group => binary(group, 16));
}

function groups(text: string): number[] {
  return text === '' ? [] : text.split(':').map(group => Number.parseInt(group, 16));
}

function binary(value: number, size: number): number[] {
  return Array.from({ length: size }, (_, i) => (value >> (size - 1 - i)) & 1);
}

export function addressOf(bits: readonly number[]): string {
  const size = bits.length === 32 ? 8 : 16;
  const parts: number[] = [];
  for (let i = 0; i < bits.length; i += size)
    parts.push(Number.parseInt(bits.slice(i, i + size).join(''), 2));
  return size === 8 ? parts.join('.') : canonicalIPv6(parts.map(part => part.toString(16)).join(':'));
}
