import { createInterface } from 'node:readline/promises';
import { CliError } from '../cli-error.ts';

/**
 * A secret: of the environment, or of whoever sits there, who does not see what is typed. Throws CliError where there is
 * none.
 */
export async function secretFrom(variable: string, question: string): Promise<string> {
  const given = process.env[variable];
  if (given) return given;
  process.stdout.write(question);
  const typed = process.stdin.isTTY ? await readUnseen() : await firstLine();
  process.stdout.write('\n');
  if (typed === '')
    throw new CliError(`could not read token: nothing was given: set ${variable}, or type it`);
  return typed;
}

async function firstLine(): Promise<string> {
  const lines = createInterface({ input: process.stdin, terminal: false });
  for await (const line of lines) {
    lines.close();
    return line.trimEnd();
  }
  return '';
}

const [ctrlC, ctrlD, backspace] = ['\u0003', '\u0004', '\u007f'];

/** A terminal in raw mode shows nothing and sends each key by itself. */
function readUnseen(): Promise<string> {
  const { stdin } = process;
  stdin.setRawMode(true).setEncoding('utf8').resume();
  return new Promise((resolve, reject) => {
    let typed = '';
    const end = (done: () => void) => {
      stdin.setRawMode(false).pause().off('data', read);
      done();
    };
    const read = (keys: string) => {
      for (const key of keys) {
        if (key === ctrlC) return end(() => reject(new CliError('interrupted', { exitCode: 130 })));
        if (key === '\r' || key === '\n' || key === ctrlD) return end(() => resolve(typed));
        typed = key === backspace ? typed.slice(0, -1) : typed + key;
      }
    };
    stdin.on('data', read);
  });
}
