import type { PathElement } from './path-element.ts';

/** What this needs of the sets that grow: those below a step are sets of the same kind. */
interface Grown<Self> {
  readonly isEmpty: boolean;
  union(other: Self): Self;
}

/** What a set holds at one step: the step itself, what is below it, or both. */
export type Part<Made> = { member: boolean; child: Made | undefined };

type Sort = (elements: readonly PathElement[]) => PathElement[];

/** Makes the set of some parts, given in their order. Called once for each set. */
type Make<Made> = (parts: Map<PathElement, Part<Made>>) => Made;

/** More states than this are not remembered: a cluster's objects have few shapes, but some have names of their own. */
const mostKept = 10_000;

/** Sets of more steps are made for themselves: their states would cost more than they save. */
const mostShared = 1_000;

/**
 * A field set in the making. Each addition answers with the state after it, and the states are remembered: those who
 * add the same steps go through the same states and end at the same set. Objects of one kind mostly have one shape, so
 * that their sets are made, ordered and written once.
 */
export class GrowingSet<Made extends Grown<Made>> {
  readonly #before: GrowingSet<Made> | undefined;
  readonly #element: PathElement;
  /** What the last addition put below the element; undefined when it made the element a member. */
  readonly #child: Made | undefined;
  readonly #memory: Memory<Made>;
  /** How many additions led here. */
  readonly #length: number;
  readonly #withMember = new Map<PathElement, GrowingSet<Made>>();
  readonly #withChild = new Map<PathElement, Map<Made, GrowingSet<Made>>>();
  /** The parts of a long set: such a state is nobody else's, and additions change it. */
  #long: Map<PathElement, Part<Made>> | undefined;
  #set: Made | undefined;

  /** The state before any addition. `sort` orders the steps of a set. */
  static empty<Made extends Grown<Made>>(sort: Sort, make: Make<Made>): GrowingSet<Made> {
    return new GrowingSet({ sort, make, states: 0 }, undefined, '', undefined);
  }

  private constructor(
    memory: Memory<Made>,
    before: GrowingSet<Made> | undefined,
    element: PathElement,
    child: Made | undefined,
  ) {
    this.#memory = memory;
    this.#before = before;
    this.#element = element;
    this.#child = child;
    this.#length = before ? before.#length + 1 : 0;
  }

  /** With the element as a member. */
  member(element: PathElement): GrowingSet<Made> {
    if (this.#length >= mostShared) return this.#extended(element, undefined);
    const known = this.#withMember.get(element);
    if (known) return known;
    const next = this.#next(element, undefined);
    this.#withMember.set(element, next);
    return next;
  }

  /** With the members of a set below the element. */
  below(element: PathElement, child: Made): GrowingSet<Made> {
    if (child.isEmpty) return this;
    if (this.#length >= mostShared) return this.#extended(element, child);
    let known = this.#withChild.get(element);
    if (!known) this.#withChild.set(element, (known = new Map()));
    let next = known.get(child);
    if (!next) known.set(child, (next = this.#next(element, child)));
    return next;
  }

  /** The set of what was added so far. */
  get set(): Made {
    return (this.#set ??= this.#finish());
  }

  #extended(element: PathElement, child: Made | undefined): GrowingSet<Made> {
    let state: GrowingSet<Made> = this;
    if (!this.#long) {
      state = new GrowingSet(this.#memory, this, element, child);
      state.#long = this.#parts();
    }
    state.#set = undefined;
    addPart(state.#long!, element, child);
    return state;
  }

  #next(element: PathElement, child: Made | undefined): GrowingSet<Made> {
    if (++this.#memory.states > mostKept) this.#forget();
    return new GrowingSet(this.#memory, this, element, child);
  }

  /** States that are at work go on, with nobody to share theirs with. */
  #forget(): void {
    let start: GrowingSet<Made> = this;
    while (start.#before) start = start.#before;
    start.#withMember.clear();
    start.#withChild.clear();
    this.#memory.states = 0;
  }

  /** The same parts in another order are the same set. */
  #finish(): Made {
    if (this.#long) return this.#memory.make(sorted(this.#long, this.#memory.sort));
    const parts = this.#parts();
    let start: GrowingSet<Made> = this;
    while (start.#before) start = start.#before;
    let ordered = start;
    for (const element of this.#memory.sort([...parts.keys()])) {
      const { member, child } = parts.get(element) as Part<Made>;
      if (member) ordered = ordered.member(element);
      if (child) ordered = ordered.below(element, child);
    }
    return (ordered.#set ??= this.#memory.make(ordered.#parts()));
  }

  /** In the order in which they were added. */
  #parts(): Map<PathElement, Part<Made>> {
    const added: GrowingSet<Made>[] = [];
    for (let state: GrowingSet<Made> = this; state.#before; state = state.#before) added.push(state);
    const parts = new Map<PathElement, Part<Made>>();
    for (const state of added.reverse()) addPart(parts, state.#element, state.#child);
    return parts;
  }
}

function addPart<Made extends Grown<Made>>(
  parts: Map<PathElement, Part<Made>>,
  element: PathElement,
  child: Made | undefined,
): void {
  let part = parts.get(element);
  if (!part) parts.set(element, (part = { member: false, child: undefined }));
  if (!child) part.member = true;
  else part.child = part.child ? part.child.union(child) : child;
}

function sorted<Made>(parts: ReadonlyMap<PathElement, Part<Made>>, sort: Sort): Map<PathElement, Part<Made>> {
  return new Map(sort([...parts.keys()]).map(element => [element, parts.get(element) as Part<Made>]));
}

type Memory<Made> = {
  readonly sort: Sort;
  readonly make: Make<Made>;
  states: number;
};
