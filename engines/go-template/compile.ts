import type { Evaluate } from './closure.ts';
import { assigner, compilePipe } from './compile-pipe.ts';
import { printed, shown } from './fmt/print.ts';
import type { ActionNode, BranchNode, Statement, TemplateNode, Tree } from './node.ts';
import { nodeText } from './node.ts';
import { quote } from './quote.ts';
import { rangeOver } from './range.ts';
import { Scope } from './scope.ts';
import { type CompiledTemplate, type State, variablesOf } from './state.ts';
import { GoObject, isTrue, kindOf, typeName, type Value } from './value.ts';

/** How a statement ended: 0 to go on, 1 to leave the loop, 2 for its next turn. */
type Jump = 0 | 1 | 2;

type Execute = (state: State, dot: Value) => Jump;

/**
 * Turn a tree into closures, the bodies of branches when they are first executed. Names of variables and functions
 * are resolved here, once.
 */
export function compileTree(tree: Tree, functionNamed: Scope['functionNamed']): CompiledTemplate {
  return { tree, run: compileList(new Scope(functionNamed), tree.body) };
}

/** A list in a scope of its own that is compiled when it is first executed: many branches never are. */
function compileLater(scope: Scope, body: Statement[]): Execute {
  let execute: Execute | undefined;
  return (state, dot) => {
    execute ??= compileList(scope, body);
    return execute(state, dot);
  };
}

function compileList(scope: Scope, body: Statement[]): Execute {
  const list = body.map(statement => compileStatement(scope, statement));
  if (list.length === 1) return list[0]!;
  return (state, dot) => {
    for (const execute of list) {
      const jump = execute(state, dot);
      if (jump !== 0) return jump;
    }
    return 0;
  };
}

function compileStatement(scope: Scope, node: Statement): Execute {
  switch (node.type) {
    case 'text':
      return state => {
        state.write(node.text);
        return 0;
      };
    case 'action':
      return compileAction(scope, node);
    case 'template':
      return compileTemplateCall(scope, node);
    case 'break':
      return () => 1;
    case 'continue':
      return () => 2;
    case 'range':
      return compileRange(scope.inner(), node);
    default:
      return compileBranch(scope.inner(), node);
  }
}

function compileAction(scope: Scope, node: ActionNode): Execute {
  const evaluate = compilePipe(scope, node.pipe);
  const prints = node.pipe.variables.length === 0;
  return (state, dot) => {
    state.action = node;
    state.step();
    const value = evaluate(state, dot);
    if (prints) printAction(state, node, value);
    return 0;
  };
}

function printAction(state: State, node: ActionNode, value: Value): void {
  state.node = node;
  if (kindOf(value) === 'func' && !(value instanceof GoObject && value.shape.text))
    state.fail(`can't print ${nodeText(node)} of type ${typeName(value)}`);
  state.write(printed(shown(value)));
}

function compileBranch(scope: Scope, node: BranchNode): Execute {
  const evaluate = compilePipe(scope, node.pipe);
  const setsDot = node.type === 'with';
  const inner = scope.inner();
  if (setsDot) inner.dotHolder = undefined;
  const body = compileLater(inner, node.body);
  const otherwise = node.otherwise && compileLater(scope.inner(), node.otherwise);
  return (state, dot) => {
    state.action = node;
    state.step();
    const value = evaluate(state, dot);
    if (isTrue(value)) return body(state, setsDot ? value : dot);
    return otherwise ? otherwise(state, dot) : 0;
  };
}

function compileRange(scope: Scope, node: BranchNode): Execute {
  const evaluate = compilePipe(scope, node.pipe);
  // A variable without a name: it cannot be reached from the template.
  const holder = scope.declare('');
  const setTurn = compileTurn(scope, node, holder);
  const count = node.pipe.variables.length;
  const body = compileLater(scope.inner(holder), node.body);
  const otherwise = node.otherwise && compileLater(scope.inner(), node.otherwise);
  return (state, dot) => {
    state.action = node;
    state.step();
    const value = evaluate(state, dot);
    state.variables[holder] = value;
    const ran = rangeOver(state, value, count, (index, element) => {
      state.step();
      setTurn(state, index, element);
      return body(state, element) !== 1;
    });
    return ran || !otherwise ? 0 : otherwise(state, dot);
  };
}

/** Gives index and element of a turn to the variables of a range: one variable takes the element. */
function compileTurn(
  scope: Scope,
  { pipe }: BranchNode,
  holder: number,
): (state: State, index: Value, element: Value) => void {
  const element = scope.find(pipe.variables.at(-1)?.names[0] ?? '');
  if (element && !pipe.assigns) element.holder = holder;
  const [first, second] = pipe.variables.map(({ names }) => assigner(scope, names[0]!));
  if (!first) return () => {};
  if (!second) return (state, _, element) => first(state, element);
  return (state, index, element) => {
    first(state, index);
    second(state, element);
  };
}

function compileTemplateCall(scope: Scope, node: TemplateNode): Execute {
  const evaluate: Evaluate = node.pipe ? compilePipe(scope, node.pipe) : () => undefined;
  return (state, dot) => {
    state.action = state.node = node;
    state.step();
    const template = state.set.compiled(node.name);
    if (!template) return state.fail(`template ${quote(node.name)} not defined`);
    if (state.depth >= state.budget.limits.depth)
      state.exceed(`exceeded maximum template depth (${state.budget.limits.depth})`);
    callTemplate(state, template, evaluate(state, dot));
    state.action = state.node = node;
    return 0;
  };
}

/** Run a template within another: it sees none of its variables. */
function callTemplate(state: State, template: CompiledTemplate, dot: Value): void {
  const outer = { template: state.template, variables: state.variables };
  state.template = template;
  state.variables = variablesOf(template, dot);
  state.depth++;
  template.run(state, dot);
  state.depth--;
  state.template = outer.template;
  state.variables = outer.variables;
}
