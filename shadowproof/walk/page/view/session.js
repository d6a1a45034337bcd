/** What is walked: a start, the events that have happened, where in the run one stands, and how every promise stands there. */

import { Ground, actName, holds } from "../engine/network.js";
import { followed, usual, writeLink } from "../engine/links.js";
import { Recorded } from "../engine/reasons.js";

export const [HERE, EARLIER, KEPT, REST, NOT_REST, REACHED, OPEN, NO_RUN] = [
  "broken here", "broken earlier", "not broken", "at rest", "not at rest", "reached", "not reached", "not of one run",
];

export class Session {
  /** @param {import("../engine/network.js").Network} network */
  constructor(network) {
    this.network = network;
    /** @type {(() => void)[]} */
    this.listeners = [];
    /** @type {string[]} what the VMs are called, if they are a host's */
    this.names = [];
    /** @type {any[]} what is recorded */
    this.findings = [];
  }

  /** Opens one VM as usual, before anything has happened. */
  openUsual() {
    this.open({ setup: usual(this.network), run: [] });
  }

  /** Opens a run, and follows it as far as it goes. */
  open({ setup, run, at = null, loop = null, notes = [], finding = null }) {
    this.setup = setup;
    this.finding = finding;
    if (finding !== null || this.names.length !== setup.members.length) this.names = [];
    this.ground = new Ground(this.network, setup);
    const { acts, states, stopped, refused } = followed(this.ground, run);
    this.acts = acts;
    this.states = states;
    this.refused = refused;
    this.notes = stopped ? [...notes, stopped] : notes;
    this.loop = loop !== null && !stopped && loop <= acts.length ? loop : null;
    this.at = Math.min(at ?? acts.length, acts.length);
    this.judges = this.network.doc.properties.map((one) => (one.term === null ? null : this.ground.terms.judge(one.term, [], false)));
    this.broken = [this.#brokenAtStart()];
    this.recorded = new Recorded(this.ground, this.states, this.acts);
    this.changed();
  }

  get state() {
    return this.states[this.at];
  }

  /** Whether the run ends where it was before, and repeats for ever. */
  get goesRound() {
    return this.loop !== null && this.loop < this.acts.length;
  }

  /** The names of the events so far. */
  get run() {
    return this.acts.map((act) => actName(act.event.name, act.at));
  }

  get link() {
    return writeLink(this.network, this.setup, this.run, { at: this.at, loop: this.loop });
  }

  /** What VM this is. @param {number} i */
  nameOf(i) {
    return `${this.network.replicated} ${i + 1}${this.names[i] ? ` (${this.names[i]})` : ""}`;
  }

  /** Lets an event happen here. What came after is forgotten, unless it is just what came. */
  take(act) {
    if (this.acts[this.at] !== act) {
      const after = this.ground.step(act, this.state);
      this.acts.length = this.at;
      this.states.length = this.at + 1;
      this.broken.length = Math.min(this.broken.length, this.at + 1);
      this.acts.push(act);
      this.states.push(after);
      this.loop = null;
      this.refused = null;
      this.notes = [];
    }
    this.goTo(this.at + 1);
  }

  goTo(step) {
    this.at = Math.max(0, Math.min(step, this.acts.length));
    this.changed();
  }

  changed() {
    for (const listener of this.listeners) listener();
  }

  /** The promises that a step breaks: their numbers. */
  brokenBy(before, after, act) {
    return this.judges.flatMap((judge, number) => {
      const { of, kind } = this.network.doc.properties[number];
      if (judge === null || kind === "possible" || judge === true) return [];
      return (of === "states" ? holds(judge, after, after, null) : holds(judge, before, after, act)) ? [] : [number];
    });
  }

  /** Which promises the step of this number breaks; 0: which the start does. */
  brokenAt(step) {
    while (this.broken.length <= step) {
      const k = this.broken.length;
      this.broken.push(this.brokenBy(this.states[k - 1], this.states[k], this.acts[k - 1]));
    }
    return this.broken[step];
  }

  #brokenAtStart() {
    const [start] = this.states;
    return this.judges.flatMap((judge, number) =>
      this.network.doc.properties[number].of === "states" && !holds(judge, start, start, null) ? [number] : [],
    );
  }

  /** How every promise stands here: its state, and the step that broke or reached it first. */
  standings() {
    const first = new Map();
    for (let step = 0; step <= this.at; step += 1) {
      for (const number of this.brokenAt(step)) if (!first.has(number)) first.set(number, step);
    }
    const here = new Set(this.brokenAt(this.at));
    return this.network.doc.properties.map((property, number) => {
      const standing = (state, step = null) => ({ property, number, state, step });
      if (property.kind === "ends") return standing(this.recorded.holds(property.rest, this.at) ? REST : NOT_REST);
      if (property.kind === "possible") {
        const step = this.#reached(number);
        return standing(step === null ? OPEN : REACHED, step);
      }
      if (property.term === null) return standing(NO_RUN);
      if (!first.has(number)) return standing(KEPT);
      return standing(here.has(number) ? HERE : EARLIER, first.get(number));
    });
  }

  #reached(number) {
    for (let step = 1; step <= this.at; step += 1) {
      if (holds(this.judges[number], this.states[step - 1], this.states[step], this.acts[step - 1])) return step;
    }
    return null;
  }

  /** Why a promise is broken: by the states here if it is broken here, else by the step that broke it first. */
  why({ property, state, step }) {
    const number = state === HERE ? this.at : step;
    if (property.of === "states") return this.recorded.why(property.term, number);
    return this.recorded.why(property.term, number - 1, { aboutStep: true });
  }
}
