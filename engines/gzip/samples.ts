/** Bytes to compress, and by how many they are written. golden/go-1.26.8.json has the digests of what Go makes of them. */
interface Sample {
  bytes: Uint8Array;
  write: number;
}

const all = Number.MAX_SAFE_INTEGER;

export const samples: Record<string, () => Sample> = {
  'one byte': () => ({ bytes: new Uint8Array([65]), write: all }),
  'two bytes of one kind': () => ({ bytes: new Uint8Array([65, 65]), write: all }),
  'all bytes once': () => ({ bytes: Uint8Array.from({ length: 256 }, (_, i) => i), write: all }),
  'zeros of half a megabyte': () => ({ bytes: new Uint8Array(500_000), write: 32_768 }),
  'what cannot be compressed': () => ({ bytes: noise({ length: 100_000 }), write: all }),
  'two letters': () => ({ bytes: noise({ length: 300_000, letters: 2 }), write: 512 }),
  'sixteen letters': () => ({ bytes: noise({ length: 300_000, letters: 16 }), write: 511 }),
  'rare letters, longer than a code may be': () => ({ bytes: rare(), write: all }),
  'few repetitions, written whole': () => ({ bytes: noise({ length: 400_000, repeats: 0.02 }), write: all }),
  'many repetitions, written whole': () => ({ bytes: noise({ length: 400_000, repeats: 0.3 }), write: all }),
  'many repetitions, in small writes': () => ({ bytes: noise({ length: 400_000, repeats: 0.3 }), write: 97 }),
  'many repetitions, in writes that end where the window does': () => ({
    bytes: noise({ length: 400_000, repeats: 0.3, letters: 64 }),
    write: 65_535,
  }),
  'more than places are counted for': () => ({
    bytes: new Uint8Array(Buffer.alloc(17.5 * 2 ** 20, noise({ length: 70_000, repeats: 0.3 }))),
    write: 32_768,
  }),
};

/** The same bytes everywhere: random letters (a linear congruential generator), and repetitions of what came before. */
function noise({
  length,
  letters = 256,
  repeats = 0,
}: {
  length: number;
  letters?: number;
  repeats?: number;
}) {
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(random() * limit);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    if (at === 0 || random() >= repeats) {
      bytes[at++] = below(letters);
      continue;
    }
    const distance = 1 + below(Math.min(at, random() < 0.5 ? 300 : 40_000));
    const end = Math.min(length, at + 3 + below(random() < 0.1 ? 400 : 12));
    for (; at < end; at++) bytes[at] = bytes[at - distance]!;
  }
  return bytes;
}

/** Each letter as often as both before it together: the best code without a limit would have 19 bits. */
function rare(): Uint8Array {
  const bytes: number[] = [];
  for (let letter = 0, [one, two] = [1, 1]; letter < 20; letter++, [one, two] = [two, one + two])
    for (let i = 0; i < one; i++) bytes.push(letter * 7);
  return Uint8Array.from(bytes, (_, i) => bytes[(i * 7919) % bytes.length]!);
}
