/**
 * Answers questions about networks with the page's interpreter, or with several: node answer.mjs FOLDER... < questions; what is
 * asked and what is answered is JSON. Questions that an interpreter fails at are answered by what it said.
 */

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { documents, questions } = JSON.parse(readFileSync(0, "utf-8"));

/** How many states there are, steps, and how deep they lie: of each kind, whose members never change kind, added up. */
function counted({ setups, limit }, network, { Ground, Search }) {
  const kinds = new Map();
  for (const setup of setups) {
    const fixed = ([key]) => !network.machines.get(key.split("#")[0]).moves;
    const name = JSON.stringify(setup.members.map(({ parts, starts }) => [parts, Object.entries(starts).filter(fixed)]));
    if (!kinds.has(name)) kinds.set(name, { ground: new Ground(network, setup), starts: [] });
    const { ground, starts } = kinds.get(name);
    const start = Uint8Array.from(ground.places, (one) => started(one, setup));
    if (!ground.unfit(start).length) starts.push(start);
  }
  const found = { states: 0, steps: 0, depth: 0 };
  for (const { ground, starts } of kinds.values()) {
    const search = new Search(ground, starts, undefined, limit ?? Infinity);
    while (!search.goOn(10_000));
    found.states += search.states;
    found.steps += search.steps;
    found.depth = Math.max(found.depth, search.depth);
  }
  return found;
}

function started({ machine, index, start }, setup) {
  const key = index.length === 2 ? `${machine.name}#${index[1] + 1}` : machine.name;
  const given = index.length ? setup.members[index[0]].starts[key] : undefined;
  return given === undefined ? start : machine.number.get(given);
}

/** A run: at the start and after each step what can happen; of each step what every promise is worth, and which break one of them. */
function walked({ setup, run, promise }, network, { Ground, actName, holds }) {
  const ground = new Ground(network, setup);
  let state = ground.start();
  const can = () => ground.enabled(state).map((act) => actName(act.event.name, act.at)).sort();
  const found = { enabled: [can()], values: [], refused: null, unfit: ground.unfit().length };
  const judges = network.doc.properties.map((one) => (one.term === null ? true : ground.terms.judge(one.term, [], false)));
  for (const name of run) {
    const act = ground.byName.get(name);
    if (!act || !ground.can(act, state)) {
      found.refused = name;
      break;
    }
    const after = ground.step(act, state);
    found.values.push(
      judges.map((judge, i) => {
        const ofStates = network.doc.properties[i].of === "states";
        return Number(ofStates ? holds(judge, after, after, null) : holds(judge, state, after, act));
      }).join(""),
    );
    state = after;
    found.enabled.push(can());
  }
  found.broken = found.values.flatMap((values, i) => (values[promise] === "0" ? [i + 1] : []));
  if (promise !== undefined && network.doc.properties[promise].of === "states") {
    const start = ground.start();
    if (!holds(judges[promise], start, start, null)) found.broken.unshift(0);
  }
  found.at_rest = holds(ground.terms.judge(network.doc.at_rest, [], false), state, state, null);
  found.states = [...ground.instances.values()].map((one) => ground.stateOf(one, state));
  return found;
}

/** The length of the shortest way to where a term is true; null if there is none. */
function nearest({ setup, term }, network, { Ground, Search, actName, holds }) {
  const ground = new Ground(network, setup);
  const judge = ground.terms.judge(term, [], false);
  const search = new Search(ground, [ground.start()], (_, after) => holds(judge, after, after, null));
  while (!search.goOn(10_000));
  return { length: search.way && search.way.length, names: search.way?.map((act) => actName(act.event.name, act.at)) };
}

/** Why a promise is broken at the end of a run, or by its last step; and why each event that cannot happen then cannot. */
function told({ setup, run, promise }, network, { Ground, Recorded, followed, actName }) {
  const ground = new Ground(network, setup);
  const { acts, states, stopped } = followed(ground, run);
  const recorded = new Recorded(ground, states, acts);
  const { term, of } = network.doc.properties[promise];
  const last = acts.length;
  const why = of === "states" ? recorded.why(term, last) : recorded.why(term, last - 1, { aboutStep: true });
  const refused = {};
  for (const act of ground.acts) {
    const { needs, now } = recorded.whyNot(act, last);
    if (!needs || !act.tolerated) continue;
    const said = needs[0].toLowerCase() + needs.slice(1); // the command's sentence goes on where the page's begins
    refused[actName(act.event.name, act.at)] = now ? `${said} Now: ${now}` : said.replace(/\.$/, "");
  }
  return { stopped, why, refused };
}

/** How soon a promise can be broken, from the start; and in each setup that is tried for what would have kept it: null if never. */
function kept({ setup, promise }, network, { canBreak, otherwise }) {
  const length = (one) => {
    const search = canBreak(network, one, network.doc.properties[promise], 1_000_000);
    while (!search.goOn(10_000));
    return search.full ? "not found out" : search.way && search.way.length;
  };
  return { length: length(setup), without: otherwise(network, setup).map((one) => [one.faults, one.readings, length(one.setup)]) };
}

/** The way to rest that the page gives after a run; null: there is none. */
function rest({ setup, run, mending, limit }, network, { Ground, followed, toRest, actName }) {
  const ground = new Ground(network, setup);
  const { states } = followed(ground, run);
  const search = toRest(ground, states.at(-1), { mending, limit: limit ?? Infinity });
  while (!search.goOn(10_000));
  return { way: search.way?.map((act) => actName(act.event.name, act.at)) ?? null, full: search.full };
}

/** What a file's run is read as, and how far it can be followed. */
function file({ name, text }, network, { Ground, followed, readFile }) {
  try {
    const { setup, run, loop, notes } = readFile(network, name, text);
    const { acts, stopped } = followed(new Ground(network, setup), run);
    return { run, steps: acts.length, stopped, loop, notes, faults: [...setup.faults].sort() };
  } catch (problem) {
    return { refused: problem.message };
  }
}

/** How often all that can happen is grounded: until a link is read, and until its run is followed. */
function grounded({ link }, network, { Ground, followed, readLink }) {
  let times = 0;
  const values = () => {
    times += 1;
    return network.events.values();
  };
  const watched = Object.assign(Object.create(network), { events: { values } });
  const { setup, run } = readLink(watched, link);
  const read = times;
  const { acts } = followed(new Ground(watched, setup), run);
  return { read, followed: times, steps: acts.length };
}

const kinds = { grounded, counted, walked, nearest, told, kept, rest, file };

async function answered(folder) {
  const engine = pathToFileURL(`${folder}/`);
  const used = {};
  for (const name of ["network", "search", "reasons", "links", "ways"]) Object.assign(used, await import(new URL(`${name}.js`, engine)));
  if (questions.some(({ kind }) => kind === "file")) Object.assign(used, await import(new URL("../view/files.js", engine)));
  const networks = documents.map((document) => new used.Network(document));
  return questions.map((question) => {
    try {
      return kinds[question.kind](question, networks[question.document], used);
    } catch (problem) {
      return { failed: String(problem) };
    }
  });
}

const found = [];
for (const folder of process.argv.slice(2)) found.push(await answered(folder));
process.stdout.write(JSON.stringify(found));
