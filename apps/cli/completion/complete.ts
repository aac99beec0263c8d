import type { Command, Option } from 'commander';
import { connect, followContext, rootOf } from '../globals.ts';
import { readGoFlags } from '../go-flags.ts';
import { kubeFlagsOf } from '../kube-flags.ts';
import type { ResourceKind } from '../resources/resource-kind.ts';
import { choicesOf, completerOf } from './completers.ts';

/** What a word could become, and a few words about it. */
export interface Candidate {
  value: string;
  description?: string;
}

/**
 * What the last of the words that are typed could become. `files` means: the name of a file. The shape of this, and
 * how it is printed, is that of cobra's `__complete`, so that scripts made for Flux's own completions work as well.
 */
export interface Completion {
  candidates: Candidate[];
  files: boolean;
}

/** Words as they are typed after the name of the program; the last is the one to complete and may be empty. */
export async function complete(program: Command, words: readonly string[]): Promise<Completion> {
  const typed = words.slice(0, -1);
  const last = words.at(-1) ?? '';
  const place = walk(program, typed);
  const [, flag, value] = /^(--[^=]+)=(.*)$/s.exec(last) ?? [];
  if (flag !== undefined) {
    const found = await valuesOf(optionOf(place.command, flag), place, value!);
    return { ...found, candidates: found.candidates.map(one => ({ ...one, value: `${flag}=${one.value}` })) };
  }
  if (place.pending) return valuesOf(place.pending, place, last);
  if (last.startsWith('-')) return named(optionsOf(place.command).flatMap(candidateOf), last);
  if (place.command.commands.length > 0 && place.operands.length === 0)
    return named(commandsOf(place.command), last);
  return argumentsOf(place, last);
}

/** As cobra prints it: a candidate a line, then the directive: 0 lets the shell offer files, 4 does not. */
export function formatCompletion({ candidates, files }: Completion): string {
  const lines = candidates.map(({ value, description }) =>
    description ? `${value}\t${description}` : value,
  );
  return [...lines, files ? ':0' : ':4', ''].join('\n');
}

/** Where the words lead. */
interface Place {
  command: Command;
  /** But for an option whose value comes next. */
  words: readonly string[];
  operands: string[];
  /** The option whose value comes next. */
  pending: Option | undefined;
  /** Values of options with one, by their long flag. */
  values: Map<string, string>;
}

function walk(program: Command, words: readonly string[]): Place {
  const place: Place = { command: program, words: [], operands: [], pending: undefined, values: new Map() };
  for (const word of words) {
    const [flag = word, value] = word.startsWith('--') ? word.split(/=(.*)/s, 2) : [word];
    const option = word.startsWith('-') ? optionOf(place.command, flag) : undefined;
    if (place.pending) {
      place.values.set(place.pending.long ?? '', word);
      place.pending = undefined;
    } else if (option) {
      if (value !== undefined) place.values.set(option.long ?? '', value);
      else if (option.required) place.pending = option;
    } else if (!word.startsWith('-')) {
      const child = place.operands.length === 0 ? childOf(place.command, word) : undefined;
      if (child) place.command = child;
      else place.operands.push(word);
    }
  }
  place.words = place.pending ? words.slice(0, -1) : words;
  return place;
}

const childOf = (command: Command, name: string) =>
  command.commands.find(child => child.name() === name || child.aliases().includes(name));

/** Its own and those of the commands above it. */
function optionsOf(command: Command): Option[] {
  const all = [...command.options, ...(command.parent ? optionsOf(command.parent) : [])];
  return all.filter(({ hidden }) => !hidden);
}

const optionOf = (command: Command, flag: string) =>
  optionsOf(command).find(({ long, short }) => flag === long || flag === short);

function candidateOf({ long, description }: Option): Candidate[] {
  return long ? [{ value: long, description }] : [];
}

function commandsOf(command: Command): Candidate[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map(child => ({ value: child.name(), description: child.description() }));
}

function named(candidates: Candidate[], start: string): Completion {
  return { candidates: candidates.filter(({ value }) => value.startsWith(start)), files: false };
}

const plain = (values: readonly string[]) => values.map(value => ({ value }));

async function valuesOf(option: Option | undefined, place: Place, start: string): Promise<Completion> {
  if (option?.long === '--namespace')
    return named(plain(await namesOf({ apiVersion: 'v1', kind: 'Namespace' }, place, false)), start);
  if (option?.long === '--context') {
    const { contextNames } = await import('./contexts.ts');
    return named(plain(contextNames(place.values.get('--kubeconfig'))), start);
  }
  const choices = option ? choicesOf(option) : [];
  return choices.length > 0 ? named(plain(choices), start) : { candidates: [], files: isPath(option) };
}

const isPath = (option: Option | undefined) => /<(path|file|folder)>/.test(option?.flags ?? '');

async function argumentsOf(place: Place, start: string): Promise<Completion> {
  const completer = completerOf(place.command);
  if (!completer) return { candidates: [], files: place.command.registeredArguments.length > 0 };
  const many = place.command.registeredArguments.some(({ variadic }) => variadic);
  if (!many && place.operands.length > 0) return named([], start);
  const names = await namesOf(completer, place, true);
  return named(plain(names.filter(name => !place.operands.includes(name))), start);
}

/** A shell waits while it completes. */
const patience = 3000;

async function namesOf(
  { apiVersion, kind }: Pick<ResourceKind, 'apiVersion' | 'kind'>,
  place: Place,
  namespaced: boolean,
): Promise<string[]> {
  const root = rootOf(place.command);
  root.parseOptions(readGoFlags(place.words, root));
  await followContext(root);
  const client = await connect(kubeFlagsOf(root));
  try {
    const { namespace } = root.opts<{ namespace: string }>();
    const scope = namespaced ? { namespace } : {};
    const signal = AbortSignal.timeout(patience);
    const { items } = await client.listAll(apiVersion, kind, { ...scope, signal, as: 'own' });
    return items.map(({ metadata }) => metadata.name);
  } finally {
    await client.close();
  }
}
