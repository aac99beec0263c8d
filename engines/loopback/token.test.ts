import { describe, expect, test } from 'vitest';
import { keptToken, newToken } from './token.ts';

describe('a place that keeps a token', () => {
  const place = (kept: string | undefined) => ({
    written: [] as string[],
    read() {
      if (kept === undefined) throw new Error('there is none');
      return kept;
    },
    write(token: string) {
      this.written.push(token);
    },
  });
  const tokenOf = (kept: string | undefined) => {
    const one = place(kept);
    const token = keptToken({ read: one.read, write: given => one.write(given) });
    return { token, written: one.written };
  };

  test('gives what it has', () => {
    const token = newToken();
    expect(tokenOf(`${token}\n`)).toEqual({ token, written: [] });
  });

  test.each([undefined, '', 'secret', `${newToken()}0`, newToken().toUpperCase().replace(/\d/g, 'A')])(
    'gets a new one in the place of %j',
    kept => {
      const { token, written } = tokenOf(kept);
      expect(token).toMatch(/^[0-9a-f]{40}$/);
      expect(written).toEqual([token]);
    },
  );
});
