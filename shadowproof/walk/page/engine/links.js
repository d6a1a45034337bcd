/**
 * Runs as links: names, never numbers, so that a link says what it opens, and one of another version is followed as far as it goes.
 *
 *     vms=disk1adapter1,disk1adapter1&start=power@1:PAUSED&reading=READ-8:SESSION_ENDS&fault=veto_ignored&run=vm_saved@1&at=7&net=DIGEST
 */

import { Ground } from "./network.js";
import { counted } from "./words.js";

const MOST_MEMBERS = 6;
const MOST_PARTS = 9;
const MOST_STEPS = 2_000;
const MOST_LETTERS = 100_000;

/** @typedef {import("./network.js").Setup} Setup */
/** @typedef {{setup: Setup, run: string[], at: number | null, loop: number | null, finding: string | null, notes: string[]}} Link */

/** One VM as usual, nothing tolerated. @returns {Setup} */
export function usual(network) {
  return { members: [member(network)], readings: {}, faults: [] };
}

/** A member with one part of each sort. */
export function member(network) {
  return { parts: Object.fromEntries(network.partSorts.map((sort) => [sort, 1])), starts: {} };
}

/** What a link says; what of it is not known is left out, and said in the notes. @returns {Link} */
export function readLink(network, text) {
  const notes = [];
  const fields = text.length > MOST_LETTERS ? new Map() : fieldsOf(text, notes);
  if (text.length > MOST_LETTERS) notes.push("The link is too long to be one of ours, and is not followed.");
  const setup = usual(network);
  const list = (name) => (fields.get(name) ?? "").split(",").filter(Boolean);
  if (fields.has("vms")) setup.members = membersOf(network, list("vms"), notes);
  for (const one of list("start")) readStart(network, setup, one, notes);
  for (const one of list("reading")) readReading(network, setup, one, notes);
  for (const one of list("fault")) {
    if (network.faults.has(one)) setup.faults = [...new Set([...setup.faults, one])];
    else notes.push(`There is no fault ${shown(one)} here; it is left out.`);
  }
  for (const unfit of new Ground(network, setup, new Set()).unfit()) {
    const [i] = unfit.at;
    const { parts, starts } = setup.members[i];
    const found = fitting(network, setup.members[i], Object.keys(starts)); // what is not said may be otherwise than is usual
    if (!found) notes.push(`${network.replicated} ${i + 1} cannot start as the link says; it starts as usual.`);
    setup.members[i] = found ?? fitting(network, { parts, starts: {} }, []) ?? { parts, starts: {} };
  }
  const net = fields.get("net");
  if (net && net !== network.doc.digest) {
    notes.push("The link is of another version of the protocol; it is followed as far as it goes.");
  }
  const run = list("run");
  if (run.length > MOST_STEPS) notes.push(`The link has more than ${counted(MOST_STEPS)} steps; the rest is left out.`);
  return {
    setup, run: run.slice(0, MOST_STEPS), at: numberOf(fields.get("at")), loop: numberOf(fields.get("loop")),
    finding: fields.get("finding") ?? null, notes,
  };
}

function fieldsOf(text, notes) {
  const fields = new Map();
  for (const part of text.replace(/^#/, "").split("&").filter(Boolean)) {
    const [name, ...rest] = part.split("=");
    try {
      fields.set(name, decodeURIComponent(rest.join("=")));
    } catch {
      notes.push(`The link's part ${shown(name)} is damaged (a broken escape), and is left out.`);
    }
  }
  return fields;
}

function membersOf(network, texts, notes) {
  if (texts.length > MOST_MEMBERS) notes.push(`The link has ${texts.length} ${network.replicated}s; here there are ${MOST_MEMBERS} at most.`);
  const members = texts.slice(0, MOST_MEMBERS).map((text) => {
    const one = { parts: Object.fromEntries(network.partSorts.map((sort) => [sort, 0])), starts: {} };
    for (const [whole, sort, many] of text.matchAll(/([a-z]+)(\d+)/g)) {
      if (!network.partSorts.includes(sort)) notes.push(`There is no ${shown(sort)} here; ${shown(whole)} is left out.`);
      else if (Number(many) > MOST_PARTS) {
        notes.push(`The link asks for ${shown(many)} ${sort}s; here there are ${MOST_PARTS} at most.`);
        one.parts[sort] = MOST_PARTS;
      } else one.parts[sort] = Number(many);
    }
    return one;
  });
  return members.length ? members : usual(network).members;
}

function readStart(network, setup, text, notes) {
  const found = /^(?<name>[^@:]+)@(?<vm>\d+)(?:\.(?<part>\d+))?:(?<state>.+)$/.exec(text)?.groups;
  const machine = network.machines.get(found?.name);
  const vm = setup.members[Number(found?.vm) - 1];
  const ofPart = machine && machine.sort !== network.replicated;
  const fits = machine?.starts.includes(found.state) && machine.sort !== "host" && vm && Boolean(found.part) === ofPart;
  if (!fits || (ofPart && !(Number(found.part) >= 1 && Number(found.part) <= vm.parts[machine.sort]))) {
    notes.push(`Nothing here starts as ${shown(text)}; it is left out.`);
  } else vm.starts[ofPart ? `${found.name}#${Number(found.part)}` : found.name] = found.state;
}

function readReading(network, setup, text, notes) {
  const [name, state] = text.split(":");
  if (network.readings.has(name) && network.machines.get(name).starts.includes(state)) setup.readings[name] = state;
  else notes.push(`There is no reading ${shown(text)} here; it is left out.`);
}

function numberOf(text) {
  return /^\d{1,6}$/.test(text ?? "") ? Number(text) : null;
}

/** What comes from outside, cut short. */
export function shown(text) {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** The link that opens a run. @param {string[]} run @returns {string} without the sign in front */
export function writeLink(network, setup, run, { at = null, loop = null } = {}) {
  const vms = setup.members.map((one) => network.partSorts.map((sort) => `${sort}${one.parts[sort] ?? 0}`).join(""));
  const starts = setup.members.flatMap((one, i) => Object.entries(one.starts).flatMap(([key, state]) => written(network, key, state, i)));
  const readings = Object.entries(setup.readings).filter(([name, state]) => state !== network.machines.get(name).starts[0]);
  const fields = [
    ["vms", vms.join(",")], ["start", starts.join(",")], ["reading", readings.map((one) => one.join(":")).join(",")],
    ["fault", [...setup.faults].sort().join(",")], ["run", run.join(",")], ["loop", loop], ["at", at === run.length ? null : at],
    ["net", network.doc.digest],
  ];
  return fields.filter(([, value]) => value !== null && value !== "").map(([name, value]) => `${name}=${escaped(String(value))}`).join("&");
}

/** Names, commas and colons stay as they are: a link can be read. */
const escaped = (text) => encodeURIComponent(text).replace(/%(2C|3A|40|20)/g, (sign) => ({ "%2C": ",", "%3A": ":", "%40": "@", "%20": "%20" })[sign]);

function written(network, key, state, i) {
  const [name, part] = key.split("#");
  if (state === network.machines.get(name).starts[0]) return [];
  return [`${name}@${i + 1}${part ? `.${part}` : ""}:${state}`];
}

/** The acts of a run, as far as it goes, and why it goes no further. @returns {{acts: any[], states: Uint8Array[], stopped: string}} */
export function followed(ground, run) {
  const states = [ground.start()];
  const acts = [];
  for (const [number, name] of run.entries()) {
    const act = ground.byName.get(name);
    const state = states[number];
    if (!act || !ground.can(act, state)) {
      const known = act ? "cannot happen there" : "is no event that these VMs know";
      return { acts, states, stopped: `The run stops after step ${number}: ${shown(name)} ${known}.`, refused: act ?? null };
    }
    acts.push(act);
    states.push(ground.step(act, state));
  }
  return { acts, states, stopped: "", refused: null };
}

/**
 * A member that can start so: what is not chosen of it is changed as little as it takes. None: null.
 * @param {import("./network.js").Member} given @param {string[]} chosen the keys of its starts that stay
 */
export function fitting(network, given, chosen) {
  const free = [];
  for (const machine of machinesAtStart(network)) {
    const many = machine.sort === network.replicated ? [""] : Array.from({ length: given.parts[machine.sort] ?? 0 }, (_, j) => `#${j + 1}`);
    for (const part of many) if (!chosen.includes(machine.name + part)) free.push([machine.name + part, machine.starts]);
  }
  const tried = (starts) => {
    const one = { parts: given.parts, starts };
    const setup = { members: [one], readings: {}, faults: [] };
    return new Ground(network, setup, new Set()).unfit().length ? null : one;
  };
  const kept = Object.fromEntries(Object.entries(given.starts).filter(([key]) => chosen.includes(key) || !free.some(([one]) => one === key)));
  return tried(given.starts) ?? firstThatFits(free.reverse(), kept, tried);
}

function machinesAtStart(network) {
  const names = new Set();
  const waiting = [...network.doc.at_start];
  while (waiting.length) {
    const term = network.doc.terms[waiting.pop()];
    for (const name of [term.in, ...(term.same ?? [])]) if (name !== undefined) names.add(name);
    waiting.push(...(term.and ?? term.or ?? [term.not ?? term.body].filter((one) => one !== undefined)));
  }
  return [...names].map((name) => network.machines.get(name));
}

/** One changed, then two, …: few are tried, since few machines are bound at the start. */
function firstThatFits(free, kept, tried) {
  for (let many = 0; many <= Math.min(4, free.length); many += 1) {
    for (const starts of changedIn(free, many)) {
      const found = tried({ ...kept, ...starts });
      if (found) return found;
    }
  }
  return null;
}

function* changedIn(free, many, from = 0) {
  if (!many) yield {};
  else {
    for (let i = from; i < free.length; i += 1) {
      for (const state of free[i][1].slice(1)) {
        for (const more of changedIn(free, many - 1, i + 1)) yield { [free[i][0]]: state, ...more };
      }
    }
  }
}

