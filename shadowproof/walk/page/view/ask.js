/** The shortest way from here to where something is so: searched in slices, so that the page stays alive. */

import { Ground, actName, holds } from "../engine/network.js";
import { Search } from "../engine/search.js";
import { plain, whose } from "../engine/words.js";
import { byId, counted, fill, h, many } from "./dom.js";
import { title } from "./events.js";

const SLICE = 12;
const MOST_STATES = 2_000_000;
const AT_REST = "no session is open";

/** Everything that can be asked for, by how it is written. @param {import("./session.js").Session} session */
export function conditions(session) {
  const { network, ground } = session;
  const found = new Map([[AT_REST, { terms: [network.doc.at_rest], goal: (judge) => (_, after) => judge(after) }]]);
  for (const act of ground.possible) {
    const of = act.at.length ? ` of ${whose(network, act.at, act.event.of)}` : "";
    found.set(`${title(act.event)}${of} happens`, { terms: [], event: actName(act.event.name, act.at) });
  }
  for (const instance of ground.places) {
    const { machine, index } = instance;
    if (machine.observer) continue;
    const of = index.length ? ` of ${whose(network, index, machine.sort)}` : "";
    machine.states.forEach((state, number) => {
      found.set(`${plain(machine.name)}${of} is ${plain(state)}`, { terms: [], machine: actName(machine.name, index), number });
    });
  }
  for (const property of network.doc.properties) {
    if (property.term !== null && property.kind !== "possible") found.set(`${property.name} is broken`, { terms: [property.term], property });
  }
  return found;
}

/** One search at a time; the latest one is the one that is shown. */
let running = 0;

/** @param {import("./session.js").Session} session @param {string[]} wanted */
export function ask(session, wanted) {
  running += 1;
  const answer = byId("search-answer");
  const known = conditions(session);
  const unknown = wanted.filter((one) => !known.has(one));
  if (!wanted.length) return fill(answer, h("p", { class: "empty" }, "Say what is looked for: choose from the list."));
  if (unknown.length) return fill(answer, h("p", { class: "empty" }, `Nothing is called “${unknown[0]}” with these VMs, faults and readings.`));
  const chosen = wanted.map((one) => known.get(one));
  const { search, begun } = begin(session, chosen);
  return slices(session, search, wanted, { number: running, begun });
}

/** Observers that nothing asked for reads are left out: with them there are more states, and no other ways. */
function begin(session, chosen) {
  const { network, setup } = session;
  const terms = chosen.flatMap((one) => one.terms);
  const ground = new Ground(network, setup, network.observersOf(terms));
  const from = Uint8Array.from(ground.places, (one) => session.state[session.ground.instances.get(actName(one.machine.name, one.index)).place]);
  const goals = chosen.map((one) => goalOf(ground, one, network));
  const goal = (before, after, act) => goals.every((one) => one(before, after, act));
  return { search: new Search(ground, [from], goal, MOST_STATES), begun: performance.now() };
}

function goalOf(ground, one, network) {
  if (one.event) return (_, __, act) => act !== null && actName(act.event.name, act.at) === one.event;
  if (one.machine) {
    const { place } = ground.instances.get(one.machine);
    return (_, after) => after[place] === one.number;
  }
  const judge = ground.terms.judge(one.property?.term ?? network.doc.at_rest, [], false);
  if (!one.property) return (_, after) => holds(judge, after, after, null);
  if (one.property.of === "states") return (_, after) => !holds(judge, after, after, null);
  return (before, after, act) => act !== null && !holds(judge, before, after, act);
}

function slices(session, search, wanted, asked) {
  const until = performance.now() + SLICE;
  while (!search.done && performance.now() < until) search.goOn(64);
  if (asked.number !== running) return;
  if (!search.done) {
    fill(byId("search-answer"), h("p", { class: "searching" }, `Looking … ${many(search.states, "state")}, ${many(search.depth, "step")} deep.`));
    setTimeout(() => slices(session, search, wanted, asked), 0);
    return;
  }
  tellAnswer(session, search, wanted, performance.now() - asked.begun);
}

function tellAnswer(session, search, wanted, took) {
  const answer = byId("search-answer");
  const visited = `${many(search.states, "state")} visited, ${counted(Math.round(took))} ms`;
  if (search.way === null) {
    const said = search.full
      ? `Not within ${many(search.states, "state")}, ${search.depth} steps deep: there is more than this page can look at. Ask again from further on, or with fewer VMs and faults.`
      : `No. All that can follow here was visited (${visited}). This is said of these VMs, faults and readings only.`;
    return fill(answer, h("p", { class: "no" }, said));
  }
  if (!search.way.length) return fill(answer, h("p", {}, "It is so here already."));
  const names = search.way.map((act) => actName(act.event.name, act.at));
  return fill(answer, [
    h("p", {}, [h("b", {}, `Yes, in ${many(names.length, "step")}.`), h("span", { class: "quiet" }, ` No way is shorter (${visited}).`)]),
    h("ol", { class: "way", start: session.at + 1 }, search.way.map((act) => h("li", {}, `${title(act.event)}${act.at.length ? `, ${whose(session.network, act.at, act.event.of)}` : ""}`))),
    h("button", { type: "button", class: "primary", onclick: () => walk(session, names) }, "Walk there"),
  ]);
}

function walk(session, names) {
  session.open({ setup: session.setup, run: [...session.run.slice(0, session.at), ...names] });
}
