import { matchToken } from './block.ts';
import { longestLength } from './symbols.ts';

/** The farthest that a match may lie back, and by how much the window moves on. */
const reach = 32768;
const reachMask = reach - 1;

/** Go looks for four bytes that are equal at the least, by a hash of 17 bits. */
const shortest = 4;
const hashBits = 17;
const hashFactor = 0x1e35a7bd;

/** Bytes that must lie ahead before a place is looked at, while more may come. */
const ahead = shortest + longestLength;

const mostTokens = 2 ** 14;

/** Level 6 of compress/flate, its default. */
const level = {
  /** A match of this length is not bettered by one that begins a byte later. */
  lazy: 16,
  /** A match of this length ends the search. */
  nice: 128,
  /** Places that are looked at. */
  tries: 128,
};

/** A match of only four bytes farther back than this is dearer than its literals. */
const reachOfShortest = 4096;

/** Where places have grown to this, they begin anew: they are kept in 32 bits. */
const largestBase = 2 ** 24;

export type PutBlock = (tokens: Int32Array, bytes: Uint8Array | undefined) => void;

/**
 * Bytes to literals and matches, as Go's compress/flate finds them: chains of places with the same hash, the latest
 * first, and a match waits for a better one that begins at the next byte. Every 16384 tokens are a block.
 */
export class MatchFinder {
  readonly #putBlock: PutBlock;
  readonly #window = new Uint8Array(2 * reach);
  #end = 0;
  #at = 0;
  /** Where the block that is begun begins in the window; undefined where the window has moved past it. */
  #blockStart: number | undefined = 0;

  /** The last place of each hash, and before each place the one with the same hash: plus `#base`, so that 0 is none. */
  readonly #heads = new Int32Array(2 ** hashBits);
  readonly #before = new Int32Array(reach);
  #base = 1;
  /** The last place with the hash of this one. At the very end Go keeps the one of an earlier place, and so do we. */
  #head = -1;

  /** The match at the place before, which waits: 3 is none. */
  #length = shortest - 1;
  #distance = 0;
  /** The byte before this place is neither in a match nor a literal yet. */
  #isByteWaiting = false;

  readonly #tokens = new Int32Array(mostTokens);
  #count = 0;

  constructor(putBlock: PutBlock) {
    this.#putBlock = putBlock;
  }

  write(bytes: Uint8Array): void {
    for (let taken = 0; taken < bytes.length; ) {
      this.#advance(ahead);
      taken += this.#fill(bytes.subarray(taken));
    }
  }

  end(): void {
    this.#advance(1);
    if (this.#isByteWaiting) this.#tokens[this.#count++] = this.#window[this.#at - 1]!;
    if (this.#count > 0) this.#endBlock();
  }

  /**
   * The window moves where fewer than 262 bytes are left in it. From then on what lies before it is out of reach: when
   * it moves decides what is found, and that hangs a little on how the bytes are cut into writes.
   */
  #fill(bytes: Uint8Array): number {
    if (this.#at >= this.#window.length - ahead) this.#moveWindow();
    const taken = Math.min(bytes.length, this.#window.length - this.#end);
    this.#window.set(bytes.subarray(0, taken), this.#end);
    this.#end += taken;
    return taken;
  }

  #moveWindow(): void {
    this.#window.copyWithin(0, reach);
    this.#at -= reach;
    this.#end -= reach;
    this.#base += reach;
    const start = this.#blockStart ?? -1;
    this.#blockStart = start >= reach ? start - reach : undefined;
    if (this.#base <= largestBase) return;
    const by = this.#base - 1;
    this.#base -= by;
    this.#head -= by;
    for (const places of [this.#heads, this.#before])
      for (let i = 0; i < places.length; i++) places[i] = Math.max(0, places[i]! - by);
  }

  /** Go on while so many bytes lie ahead. */
  #advance(needed: number): void {
    const lastHash = this.#end - shortest;
    for (let left = this.#end - this.#at; left >= needed; left = this.#end - this.#at) {
      if (this.#at <= lastHash) this.#head = this.#remember(this.#at);
      const waiting = this.#length;
      const distance = this.#distance;
      this.#length = shortest - 1;
      if (waiting < level.lazy && left > waiting) this.#find(left);
      if (waiting >= shortest && this.#length <= waiting) this.#takeMatch(waiting, distance, lastHash);
      else this.#passByte();
    }
  }

  /** The match was found a byte ago. */
  #takeMatch(length: number, distance: number, lastHash: number): void {
    const end = this.#at - 1 + length;
    const last = Math.min(end - 1, lastHash);
    for (let at = this.#at + 1; at <= last; at++) this.#remember(at);
    this.#at = end;
    this.#isByteWaiting = false;
    this.#length = shortest - 1;
    this.#put(matchToken(length, distance));
  }

  #passByte(): void {
    if (this.#isByteWaiting) this.#put(this.#window[this.#at - 1]!);
    this.#at++;
    this.#isByteWaiting = true;
  }

  /** A block ends before the byte that waits. */
  #put(token: number): void {
    this.#tokens[this.#count++] = token;
    if (this.#count === mostTokens) this.#endBlock();
  }

  #endBlock(): void {
    const start = this.#blockStart;
    this.#putBlock(
      this.#tokens.subarray(0, this.#count),
      start === undefined ? undefined : this.#window.subarray(start, this.#at),
    );
    this.#count = 0;
    this.#blockStart = this.#at;
  }

  /** Make this place the last of its hash; gives the one that was it. */
  #remember(at: number): number {
    const window = this.#window;
    const word = (window[at]! << 24) | (window[at + 1]! << 16) | (window[at + 2]! << 8) | window[at + 3]!;
    const hash = Math.imul(word, hashFactor) >>> (32 - hashBits);
    const head = this.#heads[hash]!;
    this.#before[at & reachMask] = head;
    this.#heads[hash] = at + this.#base;
    return head;
  }

  /** The longest match here with what was seen, of equals the nearest. */
  #find(left: number): void {
    const window = this.#window;
    const before = this.#before;
    const at = this.#at;
    const base = this.#base;
    const longest = Math.min(longestLength, left);
    const nice = Math.min(level.nice, longest);
    const farthest = at - reach;
    const first = Math.max(0, farthest);
    let length = shortest - 1;
    for (let place = this.#head - base, tries = level.tries; place >= first && tries > 0; tries--) {
      if (window[place + length] === window[at + length]) {
        let equal = 0;
        while (equal < longest && window[place + equal] === window[at + equal]) equal++;
        if (equal > length && (equal > shortest || at - place <= reachOfShortest)) {
          length = equal;
          this.#length = equal;
          this.#distance = at - place;
          if (equal >= nice) return;
        }
      }
      if (place === farthest) return;
      place = before[place & reachMask]! - base;
    }
  }
}
