import { fromBytes, runeCount, toBytes } from '../byte-string.ts';
import { canBackquote, quote } from '../quote.ts';
import { type Flags, pad } from './flags.ts';

/** A string by one of fmt's verbs for strings, or undefined if the verb is none of them. */
export function formatString(flags: Flags, text: string, verb: string): string | undefined {
  switch (verb) {
    case 'v':
      return flags.sharpV ? formatQuoted(flags, text) : formatText(flags, text);
    case 's':
      return formatText(flags, text);
    case 'q':
      return formatQuoted(flags, text);
    case 'x':
    case 'X':
      return formatHex(flags, toBytes(text), verb);
  }
  return undefined;
}

/** The text cut to the precision, counted in runes, and filled up to the width. */
export function formatText(flags: Flags, text: string): string {
  return pad(flags, truncated(flags, text));
}

function truncated({ precision }: Flags, text: string): string {
  if (precision === undefined || text.length <= precision) return text;
  return runeCount(text) <= precision ? text : [...text].slice(0, precision).join('');
}

function formatQuoted(flags: Flags, text: string): string {
  const cut = truncated(flags, text);
  return pad(flags, flags.sharp && canBackquote(cut) ? `\`${cut}\`` : quote(cut, '"', flags.plus));
}

/** Two digits a byte; the flags space and # separate and mark the bytes. Precision counts bytes. */
function formatHex(flags: Flags, all: Uint8Array, verb: string): string {
  const bytes = [...all.subarray(0, flags.precision ?? all.length)];
  const prefix = flags.sharp && bytes.length > 0 ? '0x' : '';
  const digits = bytes.map(byte => byte.toString(16).padStart(2, '0'));
  const text = prefix + digits.join(flags.space ? ` ${prefix}` : '');
  return pad(flags, verb === 'X' ? text.toUpperCase() : text);
}

/** A []byte by fmt's verbs for it, or undefined if they go over the elements one by one. */
export function formatBytes(flags: Flags, bytes: Uint8Array, verb: string): string | undefined {
  return 'sqxX'.includes(verb) ? formatString(flags, fromBytes(bytes), verb) : undefined;
}
