import type { Command, Option } from 'commander';
import { pathOf } from '../commands/group.ts';

/** Every command of the program with its arguments and flags, as Markdown: docs/reference/commands.md. */
export function commandReference(program: Command): string {
  const global = `# Commands\n\nFlags of every command:\n\n${flagTable(program.options)}`;
  return [global, ...leavesOf(program).map(section)].join('\n');
}

/** Commands that do something: those that only hold others are told by the headings below them. */
function leavesOf(command: Command): Command[] {
  if (command.commands.length === 0) return [command];
  return command.commands.flatMap(leavesOf);
}

function section(command: Command): string {
  const usage = [pathOf(command), ...command.registeredArguments.map(argument)].join(' ');
  const flags = optionsOf(command).filter(({ hidden }) => !hidden);
  const aliases = command.aliases().map(alias => `\`${alias}\``);
  return [
    `## ${pathOf(command)}\n`,
    `${command.description()}.\n`,
    `    ${usage}\n`,
    ...(aliases.length > 0 ? [`Also: ${aliases.join(', ')}.\n`] : []),
    ...(flags.length > 0 ? [flagTable(flags)] : []),
  ].join('\n');
}

/** Its own and those of the groups that it stands in; those of the program stand at the top. */
function optionsOf(command: Command): Option[] {
  if (!command.parent) return [];
  return [...command.options, ...optionsOf(command.parent)];
}

function argument(one: Command['registeredArguments'][number]): string {
  const text = `${one.name()}${one.variadic ? '...' : ''}`;
  return one.required ? `<${text}>` : `[${text}]`;
}

function flagTable(options: readonly Option[]): string {
  const rows = options.map(option => `| \`${option.flags}\` | ${cell(option)} |`);
  return ['| flag | |', '| --- | --- |', ...rows, ''].join('\n');
}

function cell({ description, defaultValue, negate }: Option): string {
  const fallback = defaultValue === undefined || negate ? '' : ` (default \`${defaultValue}\`)`;
  return `${description.replaceAll('|', '\\|')}${fallback}`;
}
