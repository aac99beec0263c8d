import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { completionScript, type Shell } from './scripts.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
let folder: string;
let env: NodeJS.ProcessEnv;

/** A shell finds the program by its name, and the script beside it. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-shells-'));
  const program = join(folder, 'millrace');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
  chmodSync(program, 0o755);
  for (const shell of ['bash', 'zsh', 'fish'] as const)
    writeFileSync(join(folder, `script.${shell}`), completionScript(shell, 'millrace'));
  writeFileSync(join(folder, 'values.yaml'), '');
  env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}`, TERM: 'dumb', HOME: folder };
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const has = (shell: Shell) => spawnSync(shell, ['--version']).status === 0;
const required = process.env.CI_REQUIRE_SHELLS !== undefined;

/** What stands on the line after Tab is pressed, without the blank behind. */
const complete: Partial<Record<Shell, (line: string) => string>> = {
  bash(line) {
    const typed = `source script.bash
      COMP_LINE=$1; COMP_POINT=\${#1}
      __millrace_complete
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const word = line.slice(line.lastIndexOf(' ') + 1);
    return (
      line.slice(0, line.length - word.length) +
      only(say('bash', ['--norc', '-c', typed, 'bash', line]), word)
    );
  },
  fish(line) {
    const out = say('fish', ['--no-config', '-c', `source script.fish; complete -C '${line}'`]);
    const word = line.slice(line.lastIndexOf(' ') + 1);
    return line.slice(0, line.length - word.length) + only(out.replace(/\t.*/g, ''), word);
  },
  zsh(line) {
    // A shell of its own, on a terminal of its own: what it prints is the line as it stands after Tab and Enter.
    const keys = `zmodload zsh/zpty
      zpty z zsh -f -i
      zpty -w z 'PS1=; PROMPT_EOL_MARK=; autoload -U compinit; compinit -u -D; source script.zsh; setopt no_beep
        show() { print -r -- "<$BUFFER>"; BUFFER=; zle accept-line }; zle -N show; bindkey "^X" show; print R''EADY'
      zpty -r -m z out '*READY*'
      zpty -n -w z "$1"$'\\t\\x18'
      zpty -r -m z out '*<millrace*>*'
      print -r -- "$out"`;
    const out = say('zsh', ['-f', '-c', keys, 'zsh', line]);
    return /<(millrace[^>]*)>/.exec(out)?.[1]?.trimEnd() ?? out;
  },
};

const say = (shell: Shell, args: string[]) =>
  execFileSync(shell, args, { cwd: folder, env, encoding: 'utf8', timeout: 20_000 });

/** The candidate, where it is the only one. */
function only(out: string, word: string): string {
  const candidates = out.split('\n').filter(line => line !== '');
  return candidates.length === 1 ? candidates[0]! : word;
}

// A machine may lack a shell: .ci/run installs them and sets CI_REQUIRE_SHELLS, or says that it cannot.
for (const [shell, press] of Object.entries(complete) as [Shell, (line: string) => string][])
  test.skipIf(!has(shell) && !required).each([
    ['millrace recon', 'millrace reconcile'],
    ['millrace get kust', 'millrace get kustomizations'],
    ['millrace get ks -A --status-', 'millrace get ks -A --status-selector'],
    ['millrace get ks --odd', 'millrace get ks --odd'],
    ['millrace build ks x --path val', 'millrace build ks x --path values.yaml'],
  ])(`${shell} makes of %s: %s`, (line, completed) => {
    expect(press(line)).toBe(completed);
  });
