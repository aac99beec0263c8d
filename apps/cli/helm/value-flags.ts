import { type Command, Option } from 'commander';

/** The flags that give values, as helm has them. */
export interface ValueOptions {
  values?: string[];
  set?: string[];
  setString?: string[];
  setJson?: string[];
  setFile?: string[];
  setLiteral?: string[];
}

const collect = (value: string, before: string[] = []) => [...before, value];

export function addValueOptions(command: Command): Command {
  const repeated = (flags: string, description: string) =>
    command.addOption(new Option(flags, description).argParser(collect));
  command.addOption(
    new Option('-f, --values <file>', 'a YAML file of values; - reads the standard input').argParser(
      (value: string, before: string[] = []) => [...before, ...value.split(',')],
    ),
  );
  repeated('--set <values>', 'key1=value1,key2=value2: numbers, booleans and null are such');
  repeated('--set-string <values>', 'the same, every value a text');
  repeated('--set-json <values>', 'key1=JSON,key2=JSON, or a JSON object');
  repeated('--set-file <values>', 'key1=path1,key2=path2: the content of files');
  return repeated('--set-literal <value>', 'key=text: nothing in the text has a meaning');
}
