import { exhaustion, type Source, TemplateError } from './error.ts';
import { type Head, KnownActions } from './known-actions.ts';
import { type Delimiters, Lexer } from './lex.ts';
import {
  type BranchNode,
  isEmptyTree,
  type Placed,
  type Statement,
  type TemplateNode,
  type Tree,
} from './node.ts';
import { PipelineParser } from './parse-pipeline.ts';
import { quote } from './quote.ts';
import type { Token } from './token.ts';
import { TokenReader } from './token-reader.ts';

export interface ParseOptions {
  delims?: Partial<Delimiters> | undefined;
  /** Whether a function of this name exists. */
  hasFunction: (name: string) => boolean;
  /** Where actions of other texts with these delimiters and functions are found again. */
  actions?: KnownActions | undefined;
}

/** What ends a list of statements. */
type Ending = 'end' | 'else' | 'else chained';

/**
 * Parse a text into the definitions that it holds: the text itself under the given name, and every define and
 * block. Throws TemplateError in Go's words.
 */
export function parseTrees(name: string, text: string, options: ParseOptions): Map<string, Tree> {
  const parser = new Parser({ name, text }, options);
  try {
    return parser.parse();
  } catch (error) {
    if (exhaustion(error) === undefined) throw error;
    throw new TemplateError(`template: ${name}: nests too deeply to be parsed`, undefined, { cause: error });
  }
}

class Parser {
  readonly #source: Source;
  readonly #tokens: TokenReader;
  readonly #pipelines: PipelineParser;
  readonly #actions: KnownActions;
  readonly #trees = new Map<string, Tree>();
  /** Of the definition being read; a define or block starts anew. */
  #ranges = 0;
  #slots = 1;

  constructor(source: Source, options: ParseOptions) {
    this.#source = source;
    this.#actions = options.actions ?? new KnownActions();
    const plainWords = new Set(['break', 'continue'].filter(options.hasFunction));
    const delimiters = { left: options.delims?.left || '{{', right: options.delims?.right || '}}' };
    this.#tokens = new TokenReader(source, new Lexer(source.text, delimiters, plainWords));
    this.#pipelines = new PipelineParser(this.#tokens, options.hasFunction);
  }

  parse(): Map<string, Tree> {
    const body: Statement[] = [];
    for (let token = this.#tokens.next(); token.type !== 'eof'; token = this.#tokens.next()) {
      if (token.type === 'leftDelimiter' && this.#tokens.peekWord().type === 'define') {
        this.#tokens.nextWord();
        this.#definition();
        continue;
      }
      this.#tokens.giveBack(token);
      const node = this.#textOrAction();
      if (typeof node === 'string') this.#tokens.fail(`unexpected {{${node === 'end' ? 'end' : 'else'}}}`);
      else body.push(node);
    }
    this.#add({ name: this.#source.name, body, slots: this.#slots });
    return this.#trees;
  }

  #add(tree: Tree): void {
    const existing = this.#trees.get(tree.name);
    if (!existing || isEmptyTree(existing)) this.#trees.set(tree.name, tree);
    else if (!isEmptyTree(tree))
      this.#tokens.fail(`template: multiple definition of template ${quote(tree.name)}`);
  }

  #definition(): void {
    const context = 'define clause';
    const name = this.#pipelines.unquoted(this.#tokens.expect(context, 'string', 'rawString'));
    this.#tokens.expect(context, 'rightDelimiter');
    this.#ownTree(name, context);
  }

  /** Statements up to end as a definition of its own, which sees no variables or loops from outside. */
  #ownTree(name: string, context: string): void {
    const { variables } = this.#pipelines;
    const [ranges, slots, action] = [this.#ranges, this.#slots, this.#tokens.action];
    this.#pipelines.variables = ['$'];
    this.#ranges = 0;
    this.#slots = 1;
    this.#tokens.action = undefined;
    const { body, ending } = this.#statements();
    if (ending !== 'end') this.#tokens.fail(`unexpected {{else}} in ${context}`);
    this.#add({ name, body, slots: this.#slots });
    this.#pipelines.variables = variables;
    [this.#ranges, this.#slots, this.#tokens.action] = [ranges, slots, action];
  }

  #statements(): { body: Statement[]; ending: Ending } {
    const body: Statement[] = [];
    while (this.#tokens.peekWord().type !== 'eof') {
      const node = this.#textOrAction();
      if (typeof node === 'string') return { body, ending: node };
      body.push(node);
    }
    return this.#tokens.fail('unexpected EOF');
  }

  #textOrAction(): Statement | Ending {
    const token = this.#tokens.nextWord();
    if (token.type === 'text') return { type: 'text', text: token.text };
    if (token.type !== 'leftDelimiter') return this.#tokens.unexpected(token, 'input');
    this.#tokens.action = token;
    const known = this.#pipelines.variables.length;
    const node = this.#statement(token.at, this.#head(token), known);
    this.#tokens.action = undefined;
    return node;
  }

  /** What the action after this delimiter says, found among the known ones or read. */
  #head(delimiter: Token): Head {
    const { variables } = this.#pipelines;
    const text = this.#tokens.actionText(delimiter);
    const known = text === undefined ? undefined : this.#actions.get(text);
    if (known?.uses.every(name => variables.includes(name))) {
      this.#tokens.skip(delimiter.at + text!.length);
      variables.push(...known.declares);
      this.#slots += known.declares.length;
      return known.head;
    }
    this.#pipelines.begin(delimiter.at);
    const head = this.#read();
    const { uses, declares } = this.#pipelines.dependencies;
    this.#slots += declares.length;
    if (text !== undefined && shared.has(head.type)) this.#actions.add(text, { head, uses, declares });
    return head;
  }

  #read(): Head {
    const token = this.#tokens.nextWord();
    const { type } = token;
    switch (type) {
      case 'block':
      case 'template':
        return this.#named(type);
      case 'break':
      case 'continue':
        this.#jump(type);
        return { type };
      case 'else':
        return this.#else();
      case 'end':
        this.#tokens.expect('end', 'rightDelimiter');
        return { type };
      case 'if':
      case 'with':
      case 'range':
        return { type, pipe: this.#pipelines.pipeline(type, 'rightDelimiter') };
    }
    this.#tokens.giveBack(token);
    return { type: 'action', pipe: this.#pipelines.pipeline('command', 'rightDelimiter') };
  }

  #jump(type: 'break' | 'continue'): void {
    const close = this.#tokens.nextWord();
    if (close.type !== 'rightDelimiter') this.#tokens.unexpected(close, `{{${type}}}`);
    if (this.#ranges === 0) this.#tokens.fail(`{{${type}}} outside {{range}}`);
  }

  /** `else if` and `else with` leave their word pending: the caller parses a branch of its own from it. */
  #else(): Head {
    const word = this.#tokens.peekWord();
    if (word.type === 'if' || word.type === 'with') return { type: 'else chained' };
    this.#tokens.expect('else', 'rightDelimiter');
    return { type: 'else' };
  }

  #named(type: 'block' | 'template'): Head {
    const context = `${type} clause`;
    const token = this.#tokens.nextWord();
    if (token.type !== 'string' && token.type !== 'rawString') this.#tokens.unexpected(token, context);
    const name = this.#pipelines.unquoted(token);
    const at = this.#pipelines.offset(token);
    if (type === 'template') {
      const following = this.#tokens.nextWord();
      if (following.type === 'rightDelimiter') return { type, at, name, pipe: undefined };
      this.#tokens.giveBack(following);
    }
    return { type, at, name, pipe: this.#pipelines.pipeline(context, 'rightDelimiter') };
  }

  /** The statement that begins with an action; `known` is how many variables were known before it. */
  #statement(start: number, head: Head, known: number): Statement | Ending {
    const place = { source: this.#source, start };
    switch (head.type) {
      case 'action':
        return { type: head.type, ...place, at: head.pipe.at, pipe: head.pipe };
      case 'template':
        return this.#call(place, head);
      case 'block':
        this.#ownTree(head.name, 'block clause');
        return this.#call(place, head);
      case 'break':
      case 'continue':
        return { type: head.type };
      case 'end':
      case 'else':
      case 'else chained':
        return head.type;
      default:
        return this.#branch(place, head.type, head.pipe, known);
    }
  }

  #call(place: Placed, { at, name, pipe }: Pick<TemplateNode, 'at' | 'name' | 'pipe'>): TemplateNode {
    return { type: 'template', ...place, at, name, pipe };
  }

  #branch(place: Placed, type: BranchNode['type'], pipe: BranchNode['pipe'], known: number): BranchNode {
    if (type === 'range') {
      this.#ranges++;
      this.#slots++;
    }
    const { body, ending } = this.#statements();
    if (type === 'range') this.#ranges--;
    const otherwise = ending === 'end' ? undefined : this.#otherwise(place, type);
    this.#pipelines.variables.length = known;
    return { type, ...place, pipe, body, otherwise };
  }

  #otherwise(place: Placed, type: BranchNode['type']): Statement[] {
    if (type !== 'range' && this.#tokens.peek().type === type) {
      this.#tokens.next();
      return [this.#chained(place, type)];
    }
    const { body, ending } = this.#statements();
    if (ending !== 'end') this.#tokens.fail('expected end; found {{else}}');
    return body;
  }

  /** The branch after an else in one action with it. */
  #chained(place: Placed, type: BranchNode['type']): BranchNode {
    const known = this.#pipelines.variables.length;
    this.#pipelines.begin(place.start);
    const pipe = this.#pipelines.pipeline(type, 'rightDelimiter');
    this.#slots += this.#pipelines.dependencies.declares.length;
    return this.#branch(place, type, pipe, known);
  }
}

/** Actions that say the same wherever they stand, and do not go on in another. */
const shared: ReadonlySet<Head['type']> = new Set<Head['type']>([
  'action',
  'if',
  'with',
  'range',
  'template',
  'else',
  'end',
]);
