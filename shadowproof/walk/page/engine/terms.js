/**
 * Terms, grounded for one run and compiled to closures. A judgement is true or false where it is decided by what never moves, else
 * a function of the state before the step, the state after it, and the act. Of a state alone: the same state twice, and no act.
 */

/** @typedef {boolean | ((before: Uint8Array, after: Uint8Array, act: any) => boolean)} Judge */

export class Terms {
  /** @param {import("./network.js").Ground} ground */
  constructor(ground) {
    this.ground = ground;
    this.written = ground.network.doc.terms;
    /** @type {Map<string, Judge>} */
    this.known = new Map();
  }

  /** The term of this number, said of the member `at`; later: of the states after the step. @returns {Judge} */
  judge(number, at, later) {
    const key = `${number}|${at}|${later}`;
    let found = this.known.get(key);
    if (found === undefined) {
      found = this.#compiled(this.written[number], at, later);
      this.known.set(key, found);
    }
    return found;
  }

  #compiled(term, at, later) {
    if (term.in !== undefined) return this.#in(term, at, later);
    if (term.and !== undefined) return allOf(term.and.map((one) => this.judge(one, at, later)));
    if (term.or !== undefined) return anyOf(term.or.map((one) => this.judge(one, at, later)));
    if (term.not !== undefined) return negated(this.judge(term.not, at, later));
    if (term.every !== undefined) return allOf(this.#each(term.every, term.body, at, later));
    if (term.some !== undefined) return anyOf(this.#each(term.some, term.body, at, later));
    if (term.after !== undefined) return this.judge(term.after, at, true);
    if (term.same !== undefined) return this.#same(term.same, at, later);
    if (term.unchanged !== undefined) return this.#unchanged(term.unchanged, at);
    if (term.happens !== undefined) return this.#happens(term.happens, at);
    return term.const;
  }

  #each(sort, body, at, later) {
    return this.ground.rangeOf(sort, at).map((member) => this.judge(body, member, later));
  }

  #in(term, at, later) {
    const instance = this.ground.read(term.in, at);
    const wanted = term.states.map((state) => instance.machine.number.get(state));
    if (instance.place < 0) return wanted.includes(instance.start);
    const { place } = instance;
    if (wanted.length === 1) {
      const [only] = wanted;
      return later ? (_, after) => after[place] === only : (before) => before[place] === only;
    }
    const isIn = Uint8Array.from(instance.machine.states, (_, state) => Number(wanted.includes(state)));
    return later ? (_, after) => isIn[after[place]] === 1 : (before) => isIn[before[place]] === 1;
  }

  /** Two machines in states of one name: by a table from the one's numbers to the other's. */
  #same([left, right], at, later) {
    const [one, two] = [this.ground.read(left, at), this.ground.read(right, at)];
    const alike = one.machine.states.map((state) => two.machine.number.get(state) ?? -1);
    const first = (state) => alike[one.place < 0 ? one.start : state[one.place]];
    const second = (state) => (two.place < 0 ? two.start : state[two.place]);
    if (one.place < 0 && two.place < 0) return first([]) === second([]);
    return later ? (_, after) => first(after) === second(after) : (before) => first(before) === second(before);
  }

  /** Of a machine that parts have, said of their member: all of them. */
  #unchanged(name, at) {
    const { sort } = this.ground.network.machines.get(name);
    const ofParts = sort !== "host" && sort !== this.ground.network.replicated && at.length < 2;
    const indices = ofParts ? this.ground.membersOf(sort, at) : [at];
    const places = indices.map((index) => this.ground.read(name, index).place).filter((place) => place >= 0);
    return allOf(places.map((place) => (before, after) => before[place] === after[place]));
  }

  /** Under a quantifier an event of this member, or one of the host or of all. */
  #happens(names, at) {
    const wanted = new Set(names);
    if (!at.length) return (_, __, act) => wanted.has(act.event.name);
    const [member] = at;
    return (_, __, act) => wanted.has(act.event.name) && (!act.at.length || act.at[0] === member);
  }
}

/** @param {Judge[]} parts @returns {Judge} */
function allOf(parts) {
  const open = parts.filter((part) => part !== true);
  if (open.includes(false)) return false;
  if (open.length < 2) return open.length ? open[0] : true;
  return (before, after, act) => {
    for (let i = 0; i < open.length; i += 1) if (!open[i](before, after, act)) return false;
    return true;
  };
}

/** @param {Judge[]} parts @returns {Judge} */
function anyOf(parts) {
  const open = parts.filter((part) => part !== false);
  if (open.includes(true)) return true;
  if (open.length < 2) return open.length ? open[0] : false;
  return (before, after, act) => {
    for (let i = 0; i < open.length; i += 1) if (open[i](before, after, act)) return true;
    return false;
  };
}

/** @param {Judge} judge @returns {Judge} */
function negated(judge) {
  return typeof judge === "boolean" ? !judge : (before, after, act) => !judge(before, after, act);
}
