/** What may still happen from here, and what leads safely to rest: the shortest way, searched in slices, so that the page stays alive. */

import { Ground, actName, holds } from "../engine/network.js";
import { Search } from "../engine/search.js";
import { breaking, carriedOver, toRest } from "../engine/ways.js";
import { counted, plain, whose } from "../engine/words.js";
import { byId, fill, h, many } from "./dom.js";
import { title } from "./events.js";

const SLICE = 12;
const MOST_STATES = 2_000_000;
const MOST_TO_REST = 400_000;
const AT_REST = "no session is open";

/** Everything that can be asked for, by how it is written. @param {import("./session.js").Session} session */
export function conditions(session) {
  const { network, ground } = session;
  const found = new Map([[AT_REST, { terms: [network.doc.at_rest] }]]);
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

/** What is searched is of no use any more. */
export function askNoMore() {
  running += 1;
  fill(byId("search-answer"));
}

/** @param {import("./session.js").Session} session @param {string[]} wanted */
export function ask(session, wanted) {
  running += 1;
  const answer = byId("search-answer");
  const known = conditions(session);
  const unknown = wanted.filter((one) => !known.has(one));
  if (!wanted.length) return fill(answer, h("p", { class: "empty" }, "Say what is looked for: choose from the list."));
  if (unknown.length) return fill(answer, h("p", { class: "empty" }, `Nothing is called “${unknown[0]}” with these VMs, faults and readings.`));
  const begun = performance.now();
  const search = begin(session, wanted.map((one) => known.get(one)));
  return untilDone(search, () => tellAnswer(session, search, performance.now() - begun));
}

/** Observers that nothing asked for reads are left out: with them there are more states, and no other ways. */
function begin(session, chosen) {
  const { network, setup } = session;
  const terms = chosen.flatMap((one) => one.terms);
  const ground = new Ground(network, setup, network.observersOf(terms));
  const goals = chosen.map((one) => goalOf(ground, one, network));
  const goal = (before, after, act) => goals.every((one) => one(before, after, act));
  return new Search(ground, [carriedOver(session.ground, session.state, ground)], goal, MOST_STATES);
}

function goalOf(ground, one, network) {
  if (one.event) return (_, __, act) => act !== null && actName(act.event.name, act.at) === one.event;
  if (one.machine) {
    const { place } = ground.instances.get(one.machine);
    return (_, after) => after[place] === one.number;
  }
  if (one.property) return breaking(ground, one.property);
  const judge = ground.terms.judge(network.doc.at_rest, [], false);
  return (_, after) => holds(judge, after, after, null);
}

/** Carries a search on, a slice after the other, unless something else is asked meanwhile. */
function untilDone(search, done) {
  const mine = running;
  const goOn = () => {
    if (mine !== running) return;
    if (inSlices(search)) return void done();
    fill(byId("search-answer"), h("p", { class: "searching" }, `Looking … ${many(search.states, "state")}, ${many(search.depth, "step")} deep.`));
    setTimeout(goOn, 0);
  };
  goOn();
}

/** One slice of a search. @param {Search} search @returns {boolean} whether it is over */
export function inSlices(search) {
  const until = performance.now() + SLICE;
  while (!search.done && performance.now() < until) search.goOn(64);
  return search.done;
}

const bound = (search) => `Not within ${many(search.states, "state")}, ${search.depth} steps deep: there is more than this page can look at.`;

function tellAnswer(session, search, took) {
  const answer = byId("search-answer");
  const visited = `${many(search.states, "state")} visited, ${counted(Math.round(took))} ms`;
  if (search.way === null) {
    const said = search.full
      ? `${bound(search)} Ask again from further on, or with fewer VMs and faults.`
      : `No. All that can follow here was visited (${visited}). This is said of these VMs, faults and readings only.`;
    return fill(answer, h("p", { class: "no" }, said));
  }
  if (!search.way.length) return fill(answer, h("p", {}, "It is so here already."));
  return fill(answer, [
    h("p", {}, [h("b", {}, `Yes, in ${many(search.way.length, "step")}.`), h("span", { class: "quiet" }, ` No way is shorter (${visited}).`)]),
    way(session, search),
  ]);
}

function way(session, search) {
  const { network } = session;
  const names = search.way.map((act) => actName(act.event.name, act.at));
  const walk = () => session.open({ setup: session.setup, run: [...session.run.slice(0, session.at), ...names] });
  return [
    h("ol", { class: "way", start: session.at + 1 }, search.way.map((act) => h("li", {}, [
      h("span", { class: "quiet" }, `${act.event.who ?? "something"}: `), title(act.event), act.at.length ? `, ${whose(network, act.at, act.event.of)}` : "",
    ]))),
    h("button", { type: "button", class: "primary", onclick: walk }, "Walk there"),
  ];
}

/** What leads safely to rest from here: first to where nothing is broken, then to where no more is broken than here. */
export function askForRest(session) {
  running += 1;
  const mending = toRest(session.ground, session.state, { mending: true, limit: MOST_TO_REST });
  const broken = session.brokenAt(session.at).map((number) => session.network.doc.properties[number]).filter((one) => one.of === "states");
  untilDone(mending, () => {
    if (mending.way !== null || !broken.length) return tellRest(session, mending, []);
    const plainly = toRest(session.ground, session.state, { mending: false, limit: MOST_TO_REST });
    return untilDone(plainly, () => tellRest(session, plainly, broken, mending.full));
  });
}

function tellRest(session, search, left, unsure = false) {
  const answer = byId("search-answer");
  const stays = left.map((one) => one.name).join(", ");
  const leaves = !left.length ? "" : unsure ? ` Whether ${stays} can be mended was not found out.` : ` Nothing that can follow mends ${stays}.`;
  if (search.way === null) {
    const said = search.full ? bound(search) : "Nothing: whatever follows here without a fault, a promise is broken, or no rest is reached.";
    return fill(answer, h("p", { class: "no" }, said + (search.full ? "" : " This is said of these VMs, faults and readings only.")));
  }
  if (!search.way.length) return fill(answer, h("p", {}, `It is at rest here already.${leaves}`));
  return fill(answer, [
    h("p", {}, [h("b", {}, `${many(search.way.length, "step")} lead to rest, and break no ${left.length ? "further " : ""}promise.`), leaves,
      h("span", { class: "quiet" }, ` No way without a fault is shorter (${many(search.states, "state")} visited). Others take part: what they do, nobody can promise.`)]),
    way(session, search),
  ]);
}
