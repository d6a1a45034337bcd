/**
 * A network, read from its document, and what it is with so many members: every machine in its place, every event with each member
 * that it may happen to. A step is one event; machines that take part move together, judged on the states before.
 *
 * A state is a Uint8Array with one byte for each machine that can move. What never moves is folded into the guards.
 */

import { Terms } from "./terms.js";

/** @typedef {number[]} Index whose machine: [] the host's, [i] that of member i, [i, j] that of its part j; from 0 */
/** @typedef {{parts: Record<string, number>, starts: Record<string, string>}} Member starts: of a part's machine under name#number, from 1 */
/** @typedef {{members: Member[], readings: Record<string, string>, faults: string[]}} Setup */
/** @typedef {{machine: any, index: Index, place: number, start: number}} Instance place: in the state; -1 where it never moves */
/** @typedef {[number, import("./terms.js").Judge][]} Rows where a row leads (-1: it stays), and its guard */
/** @typedef {{instance: Instance, rows: Rows[], blocks: boolean}} Part */
/** @typedef {{number: number, event: any, at: Index, tolerated: boolean, guard: import("./terms.js").Judge, parts: Part[]}} Act */

/** Something asked for that there is not; the message is for the reader. */
export class Refused extends Error {}

const SCHEMA = "shadowproof-network/1";

/** The document with what is looked up in it. */
export class Network {
  /** @param {any} doc */
  constructor(doc) {
    if (doc?.schema !== SCHEMA) {
      throw new Refused(`this is no document of schema ${SCHEMA}`);
    }
    this.doc = doc;
    this.replicated = doc.replicated;
    this.partSorts = doc.sorts.filter((sort) => sort.of === doc.replicated).map((sort) => sort.name);
    this.machines = new Map(doc.machines.map((machine) => [machine.name, prepared(machine)]));
    this.events = new Map(doc.events.map((event, number) => [event.name, { ...event, number }]));
    this.faults = new Map(doc.faults.map((fault) => [fault.name, fault]));
    this.readings = new Map(doc.readings.map((reading) => [reading.name, reading]));
    this.properties = new Map(doc.properties.map((property) => [property.name, property]));
    /** @type {Map<string, any[]>} the machines that know an event */
    this.taking = new Map(doc.events.map((event) => [event.name, []]));
    for (const machine of this.machines.values()) {
      for (const event of Object.keys(machine.rows)) this.taking.get(event).push(machine);
    }
  }

  /** The names of the observers that these terms read, and those that observers among them read. @param {number[]} terms */
  observersOf(terms) {
    const found = new Set();
    const waiting = [...terms];
    const seen = new Set();
    while (waiting.length) {
      const number = waiting.pop();
      if (seen.has(number)) continue;
      seen.add(number);
      const term = this.doc.terms[number];
      waiting.push(...below(term));
      for (const name of machinesOf(term)) {
        const machine = this.machines.get(name);
        if (!machine.observer || found.has(name)) continue;
        found.add(name);
        for (const rows of Object.values(machine.rows)) {
          for (const row of rows) waiting.push(...row.to.map((to) => to[1]));
        }
      }
    }
    return found;
  }
}

/** The numbers of the terms directly below one. */
export function below(term) {
  if (term.and ?? term.or) return term.and ?? term.or;
  const one = term.not ?? term.after ?? term.body;
  return one === undefined ? [] : [one];
}

function machinesOf(term) {
  if (term.in !== undefined) return [term.in];
  if (term.unchanged !== undefined) return [term.unchanged];
  return term.same ?? [];
}

function prepared(machine) {
  const states = machine.states.map((state) => state[0]);
  return {
    ...machine,
    states,
    meanings: machine.states.map((state) => state[1]),
    number: new Map(states.map((state, number) => [state, number])),
    moves: Object.keys(machine.rows).length > 0,
  };
}

/** A network with so many members, in these circumstances. */
export class Ground {
  #acts = null;
  #byName = null;
  #possible = null;

  /**
   * @param {Network} network
   * @param {Setup} setup
   * @param {Set<string>} [observers] which of them are there; none named: all
   */
  constructor(network, setup, observers) {
    this.network = network;
    this.setup = setup;
    this.faults = new Set(setup.faults);
    /** @type {Map<string, Instance>} */
    this.instances = new Map();
    /** @type {Instance[]} those that can move, by their place */
    this.places = [];
    for (const machine of network.machines.values()) {
      if (machine.observer && observers && !observers.has(machine.name)) continue;
      for (const index of this.membersOf(machine.sort, [])) this.#add(machine, index);
    }
    this.width = this.places.length;
    this.terms = new Terms(this);
  }

  /** Every act there is. Grounded when it is first asked for: whether a start fits is known without. @returns {Act[]} */
  get acts() {
    this.#acts ??= this.#grounded();
    return this.#acts;
  }

  /** By its name. @returns {Map<string, Act>} */
  get byName() {
    this.#byName ??= new Map(this.acts.map((act) => [actName(act.event.name, act.at), act]));
    return this.#byName;
  }

  /** The acts that nothing which never moves forbids. @returns {Act[]} */
  get possible() {
    this.#possible ??= this.acts.filter((act) => act.tolerated && act.guard !== false);
    return this.#possible;
  }

  /** The start state. */
  start() {
    return Uint8Array.from(this.places, (instance) => instance.start);
  }

  /** Which of the terms that hold at every start do not hold at this one, and of which member. */
  unfit(start = this.start()) {
    const found = [];
    for (const number of this.network.doc.at_start) {
      this.setup.members.forEach((_, i) => {
        if (!holds(this.terms.judge(number, [i], false), start, start, null)) found.push({ term: number, at: [i] });
      });
    }
    return found;
  }

  /** The members of a sort, those below `of` if it names one. @param {string} sort @param {Index} of @returns {Index[]} */
  membersOf(sort, of) {
    if (sort === "host") return [[]];
    const owners = of.length ? [of.slice(0, 1)] : this.setup.members.map((_, i) => [i]);
    if (sort === this.network.replicated) return owners;
    return owners.flatMap(([i]) => Array.from({ length: this.setup.members[i].parts[sort] ?? 0 }, (_, j) => [i, j]));
  }

  /** What a quantifier ranges over: all members wherever it stands, or the parts of the member at hand. */
  rangeOf(sort, at) {
    return sort === this.network.replicated ? this.membersOf(sort, []) : this.membersOf(sort, at);
  }

  /** The machine of that name which a term about `at` reads. @returns {Instance} */
  read(name, at) {
    const { sort } = this.network.machines.get(name);
    const index = sort === "host" ? [] : sort === this.network.replicated ? at.slice(0, 1) : at;
    return this.instances.get(actName(name, index));
  }

  /** @returns {Index[]} */
  happensTo(event) {
    return event.all ? [[]] : this.membersOf(event.of, []);
  }

  /** Whether the act can happen. @param {Act} act @param {Uint8Array} state */
  can(act, state) {
    if (!act.tolerated || act.guard === false) return false;
    for (const part of act.parts) if (part.blocks && !part.rows[state[part.instance.place]]) return false;
    if (act.guard !== true && !act.guard(state, state, act)) return false;
    return this.blocking(act, state) === undefined;
  }

  /** The first machine that takes part and in whose table no row fits. @param {Act} act @param {Uint8Array} state */
  blocking(act, state) {
    return act.parts.find((part) => part.blocks && destination(part, state) === undefined);
  }

  /** Every act that can happen now. @param {Uint8Array} state */
  enabled(state) {
    return this.possible.filter((act) => this.can(act, state));
  }

  /** The state after an act that can happen. @param {Act} act @param {Uint8Array} state */
  step(act, state) {
    const after = state.slice();
    for (const part of act.parts) {
      const dest = destination(part, state);
      if (dest !== undefined && dest >= 0) after[part.instance.place] = dest;
    }
    return after;
  }

  /** The name of the state of a machine. @param {Instance} instance @param {Uint8Array} state */
  stateOf(instance, state) {
    return instance.machine.states[numberIn(instance, state)];
  }

  #add(machine, index) {
    const instance = { machine, index, place: machine.moves ? this.places.length : -1, start: this.#start(machine, index) };
    if (machine.moves) this.places.push(instance);
    this.instances.set(actName(machine.name, index), instance);
  }

  #start(machine, index) {
    const { readings, members } = this.setup;
    const key = index.length === 2 ? `${machine.name}#${index[1] + 1}` : machine.name;
    const given = index.length ? members[index[0]].starts[key] : readings[machine.name];
    const state = given ?? machine.starts[0];
    if (!machine.starts.includes(state)) throw new Refused(`${machine.name} cannot start as ${state}`);
    return machine.number.get(state);
  }

  #grounded() {
    const each = [...this.network.events.values()].flatMap((event) => this.happensTo(event).map((at) => [event, at]));
    return each.map(([event, at], number) => this.#act(event, at, number));
  }

  #act(event, at, number) {
    const guard = this.terms.judge(event.when, at, false);
    const parts = this.#takingPart(event, at).map((instance) => this.#part(event, at, instance));
    return { number, event, at, guard, parts, tolerated: event.fault === null || this.faults.has(event.fault) };
  }

  #takingPart(event, at) {
    const found = [];
    for (const machine of this.network.taking.get(event.name)) {
      let indices;
      if (machine.sort === "host") indices = [[]];
      else if (event.all) indices = this.membersOf(machine.sort, []);
      else if (at.length === 2 && machine.sort !== this.network.replicated) indices = [at];
      else indices = this.membersOf(machine.sort, at.slice(0, 1));
      for (const index of indices) {
        const instance = this.instances.get(actName(machine.name, index));
        if (instance) found.push(instance);
      }
    }
    return found;
  }

  /** A machine's own guards are judged of itself; the host's of the member that the event happens to. */
  #part(event, at, instance) {
    const about = instance.index.length ? instance.index : at;
    const rows = [];
    for (const { from, to } of instance.machine.rows[event.name]) {
      const judged = to
        .map(([dest, when]) => [dest === null ? -1 : instance.machine.number.get(dest), this.terms.judge(when, about, false)])
        .filter(([, guard]) => guard !== false);
      for (const state of from) if (judged.length) rows[instance.machine.number.get(state)] = judged;
    }
    const free = (state) => rows[state]?.some(([, guard]) => guard === true);
    return { instance, rows, blocks: !instance.machine.states.every((_, state) => free(state)) };
  }
}

/** Where the first row that fits leads: -1 where it lets the machine stay; undefined where none fits. */
export function destination(part, state) {
  const rows = part.rows[state[part.instance.place]];
  if (rows) for (const [dest, guard] of rows) if (guard === true || guard(state, state, null)) return dest;
  return undefined;
}

/** The number of the state that a machine is in. */
export function numberIn(instance, state) {
  return instance.place < 0 ? instance.start : state[instance.place];
}

/** Whether a judgement is true of a step (or of a state, given twice). */
export function holds(judge, before, after, act) {
  return judge === true || (judge !== false && judge(before, after, act));
}

/** A name with the member it is said of, as it is written: vm_saved@1, switch_gone@1.2. @param {Index} at */
export function actName(name, at) {
  return at.length ? `${name}@${at.map((i) => i + 1).join(".")}` : name;
}
