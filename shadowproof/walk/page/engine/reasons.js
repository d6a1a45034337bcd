/**
 * Why a term is what it is at a place in a run: read off the states of the run, down to the machines that make it so and since when;
 * and why an event cannot happen.
 */

import { holds, numberIn } from "./network.js";
import { called, plain, whose, words } from "./words.js";

const SEEN = "seen ";
/** @typedef {{at: number[], machine: string, moment: number, phrase: string}} Reason moment: how many steps came before */

/** A run with its states: the start, and after each step. */
export class Recorded {
  /** @param {import("./network.js").Ground} ground @param {Uint8Array[]} states @param {any[]} acts */
  constructor(ground, states, acts) {
    this.ground = ground;
    this.network = ground.network;
    this.states = states;
    this.acts = acts;
  }

  /** Whether a term holds of the states after so many steps; or, about a step, of the step that follows them. */
  holds(term, moment, at = [], { later = false } = {}) {
    const judge = this.ground.terms.judge(term, at, later);
    return holds(judge, this.states[moment], this.states[moment + 1] ?? this.states[moment], this.acts[moment]);
  }

  /** The last step, up to the moment, that changed the machine; 0 if none did. */
  since(instance, moment) {
    for (let k = moment; k > 0; k -= 1) {
      if (numberIn(instance, this.states[k]) !== numberIn(instance, this.states[k - 1])) return k;
    }
    return 0;
  }

  /** What makes the term have this value, as a sentence. aboutStep: the term is about the step that follows the moment. */
  why(term, moment, { at = [], value = false, aboutStep = false } = {}) {
    return this.said([...this.#reasons(term, at, value, false, moment)], { moment, aboutStep });
  }

  /** The same of several terms that are false of a member. */
  whyFalse(terms, moment, at) {
    return this.said(terms.flatMap((term) => [...this.#reasons(term, at, false, false, moment)]), { moment, aboutStep: false });
  }

  /** @returns {Generator<Reason>} */
  *#reasons(number, at, value, later, moment) {
    const term = this.network.doc.terms[number];
    const of = (name, isLater) => this.#of(name, at, moment + Number(isLater));
    if (term.in !== undefined) yield of(term.in, later);
    else if (term.same !== undefined) yield* term.same.map((name) => of(name, later));
    else if (term.unchanged !== undefined) yield of(term.unchanged, true);
    else if (term.not !== undefined) yield* this.#reasons(term.not, at, !value, later, moment);
    else if (term.and ?? term.or) {
      const parts = term.and ?? term.or;
      const deciding = parts.filter((part) => this.holds(part, moment, at, { later }) === value);
      const one = (term.or !== undefined) === value;
      for (const part of one ? deciding.slice(0, 1) : deciding) yield* this.#reasons(part, at, value, later, moment);
    } else if (term.body !== undefined) {
      if ((term.some !== undefined) === value) {
        for (const member of this.ground.rangeOf(term.some ?? term.every, at)) {
          if (this.holds(term.body, moment, member, { later }) === value) {
            yield* this.#reasons(term.body, member, value, later, moment);
          }
        }
      } else yield { at, machine: "", moment: 0, phrase: words(this.network, number, { negated: !value }) };
    } else if (term.after !== undefined) yield* this.#reasons(term.after, at, value, true, moment);
  }

  #of(name, at, moment) {
    return { at: this.ground.read(name, at).index, machine: name, moment, phrase: "" };
  }

  /** The reasons as one sentence, member by member, the host first. @param {Reason[]} reasons */
  said(reasons, about) {
    const once = new Map(reasons.map((one) => [JSON.stringify([one.at, one.machine, one.moment, one.phrase]), one]));
    const byMember = new Map();
    for (const one of once.values()) {
      const key = String(one.at);
      byMember.set(key, [...(byMember.get(key) ?? []), one]);
    }
    const inOrder = [...byMember.values()].sort((one, two) => compared(one[0].at, two[0].at));
    return inOrder.map((of) => this.#ofMember(of[0].at, of, about)).join("; ");
  }

  #ofMember(at, reasons, about) {
    const power = reasons.find((one) => one.machine === "power" && !this.#leaves(one, about));
    const rest = reasons.filter((one) => one !== power);
    if (!at.length) return rest.map((one) => this.#phrase(one, about)).join(", ");
    const named = reasons.find((one) => one.machine);
    const member = whose(this.network, at, named ? this.network.machines.get(named.machine).sort : "host");
    if (!power) return `${member}: ${rest.map((one) => this.#phrase(one, about)).join(", ")}`;
    const instance = this.ground.read("power", at);
    const state = plain(this.ground.stateOf(instance, this.states[power.moment]));
    const seen = rest.filter(isSeen).map((one) => this.#phrase(one, about));
    const others = rest.filter((one) => !isSeen(one)).map((one) => this.#phrase(one, about));
    const withThem = others.length ? `, with ${others.join(", ")}` : "";
    return `${member} has been ${state} ${this.#since(power, about)}${withThem}${seen.map((one) => `, and ${one}`).join("")}`;
  }

  /** `note paused since step 9 (the writer saved it; it was paused before)`. */
  #phrase(reason, about) {
    if (!reason.machine) return reason.phrase;
    const instance = this.ground.read(reason.machine, reason.at);
    const { machine } = instance;
    const number = numberIn(instance, this.states[reason.moment]);
    if (isSeen(reason)) {
      const [events, since] = machine.name.slice(SEEN.length).split(" since ");
      return `${events} has ${machine.states[number] === "HAPPENED" ? "" : "not "}happened since the latest ${since}`;
    }
    const [name, meaning] = [plain(machine.states[number]), machine.meanings[number]];
    const begun = this.#since(reason, about);
    if (typeof meaning === "number") return `${called(machine)} ${name} ${begun}`; // a code, which says nothing more
    return meaning.toLowerCase() === name
      ? `${called(machine)} ${meaning} ${begun}`
      : `${called(machine)} ${name} ${begun} (${meaning})`;
  }

  #since(reason, about) {
    const step = this.since(this.ground.read(reason.machine, reason.at), reason.moment);
    const begun = step ? `since step ${step}` : "from the start";
    return this.#leaves(reason, about) ? `${begun} until this step` : begun;
  }

  /** Whether the reason is a state that this very step ends. */
  #leaves(reason, { moment, aboutStep }) {
    if (!aboutStep || reason.moment !== moment) return false;
    const instance = this.ground.read(reason.machine, reason.at);
    return numberIn(instance, this.states[moment]) !== numberIn(instance, this.states[moment + 1]);
  }

  /** Why an act cannot happen after so many steps: what it needs, and what is so now. Both empty: it can. */
  whyNot(act, moment) {
    const { network } = this;
    const state = this.states[moment];
    if (!act.tolerated) {
      return { needs: `It is the fault ${act.event.fault}, which this run does not tolerate.`, now: "", fault: act.event.fault };
    }
    const when = network.doc.terms[act.event.when];
    const failing = (when.and ?? [act.event.when]).filter((part) => !this.holds(part, moment, act.at));
    if (failing.length) {
      return { needs: `It needs: ${failing.map((part) => words(network, part)).join("; ")}.`, now: this.whyFalse(failing, moment, act.at) };
    }
    const part = this.ground.blocking(act, state);
    if (!part) return { needs: "", now: "" };
    return this.#noRow(act, part, moment);
  }

  #noRow(act, part, moment) {
    const { instance } = part;
    const { machine } = instance;
    const now = this.ground.stateOf(instance, this.states[moment]);
    const of = instance.index.length ? ` of ${whose(this.network, instance.index, machine.sort)}` : "";
    const said = `No row of ${plain(machine.name)}${of} fits: it is ${plain(now)}, and`;
    const rows = machine.rows[act.event.name];
    const from = rows.filter((row) => row.from.includes(now)).flatMap((row) => row.to.map((to) => to[1]));
    if (!from.length) {
      const sources = machine.states.filter((name) => rows.some((row) => row.from.includes(name))).map(plain);
      return { needs: `${said} its rows for it start from ${sources.join(", ") || "nowhere"}.`, now: "" };
    }
    const about = instance.index.length ? instance.index : act.at;
    const guards = from.map((term) => words(this.network, term)).join(" or ");
    return { needs: `${said} its rows from there need: ${guards}.`, now: this.whyFalse(from, moment, about) };
  }
}

const isSeen = (reason) => reason.machine.startsWith(SEEN);

function compared(one, two) {
  for (let i = 0; i < Math.min(one.length, two.length); i += 1) if (one[i] !== two[i]) return one[i] - two[i];
  return one.length - two.length;
}

/** What a step leads elsewhere, observers aside: each machine with its state before and after. */
export function changes(ground, before, after) {
  return ground.places
    .filter((one) => !one.machine.observer && before[one.place] !== after[one.place])
    .map((instance) => ({ instance, from: ground.stateOf(instance, before), to: ground.stateOf(instance, after) }));
}

