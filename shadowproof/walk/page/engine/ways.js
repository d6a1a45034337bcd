/**
 * Questions about what may follow, and what might have been: each is one search, or a few, that whoever asks carries on in slices.
 */

import { Ground, actName, holds } from "./network.js";
import { Search } from "./search.js";

/** @typedef {import("./network.js").Ground} Ground_ @typedef {import("./network.js").Setup} Setup */

/** A state of a ground in another one of the same members, which may lack observers. */
export function carriedOver(from, state, to) {
  return Uint8Array.from(to.places, (one) => state[from.instances.get(actName(one.machine.name, one.index)).place]);
}

/** Whether a step breaks a promise: after it, if it speaks of states. @returns {import("./search.js").Goal} */
export function breaking(ground, property) {
  const judge = ground.terms.judge(property.term, [], false);
  if (property.of === "states") return (_, after) => !holds(judge, after, after, null);
  return (before, after, act) => act !== null && !holds(judge, before, after, act);
}

/** The promises that one state or one step can break. */
const judged = (network) => network.doc.properties.filter((one) => one.term !== null && one.kind !== "possible");

/**
 * The shortest way to where no session is open, without a fault, on which no promise is broken that is not broken already.
 * mending: to where no promise about states is broken any more, either.
 * @param {Ground_} ground with all observers @param {Uint8Array} state @returns {Search}
 */
export function toRest(ground, state, { mending, limit }) {
  const { network } = ground;
  const atRest = ground.terms.judge(network.doc.at_rest, [], false);
  const promises = judged(network).map((one) => ({ one, breaks: breaking(ground, one) }));
  const ofStates = promises.filter(({ one }) => one.of === "states");
  const broken = new Set(ofStates.filter(({ breaks }) => breaks(state, state, null)));
  const barred = (before, after, act) =>
    act.event.fault !== null || promises.some((promise) => !broken.has(promise) && promise.breaks(before, after, act));
  const goal = (_, after) => holds(atRest, after, after, null) && !(mending && ofStates.some(({ breaks }) => breaks(after, after, null)));
  return new Search(ground, [state], goal, limit, barred);
}

/**
 * What of a setup may be otherwise, so that a promise might have been kept: without one fault, under the default of one reading; where
 * nothing but the default is so, under another value of a reading. Several of the first kind are tried all together, too.
 * @param {Setup} setup @returns {{faults: string[], readings: [string, string][], setup: Setup}[]}
 */
export function otherwise(network, setup) {
  const first = (name) => network.machines.get(name).starts[0];
  const unusual = Object.entries(setup.readings).filter(([name, state]) => state !== first(name));
  const without = (faults, readings) => ({
    faults, readings, setup: { ...setup, faults: setup.faults.filter((one) => !faults.includes(one)), readings: { ...setup.readings, ...Object.fromEntries(readings) } },
  });
  const defaults = unusual.map(([name]) => [name, first(name)]);
  const one = [...setup.faults.map((name) => without([name], [])), ...defaults.map((reading) => without([], [reading]))];
  if (one.length > 1) one.push(without([...setup.faults], defaults));
  if (one.length) return one;
  return [...network.readings.keys()].flatMap((name) => network.machines.get(name).starts.slice(1).map((state) => without([], [[name, state]])));
}

/** Whether a promise can be broken from the start of a setup: the search for the shortest way there. @returns {Search} */
export function canBreak(network, setup, property, limit) {
  const ground = new Ground(network, setup, network.observersOf([property.term]));
  return new Search(ground, [ground.start()], breaking(ground, property), limit);
}
