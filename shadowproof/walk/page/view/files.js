/**
 * Runs from files: what play --json and simulate --json write, traces (JSON lines, or ITF), events one a line, or a link. Files are
 * data; what is wrong is said. A trace is followed event by event: what nobody saw is not filled in here, as the command does it.
 */

import { Refused } from "../engine/network.js";
import { readLink, shown, usual } from "../engine/links.js";

const MOST_IN_A_FILE = 2_000_000;
const PLAY_SCHEMA = "shadowproof-play/1";
const TRACE_SCHEMA = "shadowproof-trace/1";
const NOT_COMPLETE = "The trace does not say that it is complete: what nobody saw is not filled in here. shadowproof walk --run FILE does it.";

/** Variables of ITF that may name the event. */
const EVENTS = ["event", "mbt::actionTaken", "action_taken"];

/** @returns {import("../engine/links.js").Link} */
export function readFile(network, name, text) {
  if (text.length > MOST_IN_A_FILE) throw new Refused(`${name} is too large to be a run.`);
  if (text.trimStart().startsWith("{")) return ofData(network, name, text);
  const lines = text.split(/\r?\n/).map((line) => line.split("#")[0].trim()).filter(Boolean);
  if (text.includes("run=") && lines.length <= 1) return readLink(network, text.slice(text.indexOf("#") + 1).trim());
  if (!lines.length) throw new Refused(`${name} holds no event.`);
  return { setup: usual(network), run: lines, at: null, loop: null, finding: null, notes: [] };
}

/** Refuses a run of another version of the protocol than the page's: what may happen in it is another thing. */
function checkVersion(network, said = "document") {
  const own = network.doc.version || "document";
  if (said === own) return;
  const other = shown(String(said));
  throw new Refused(`That is a run of version ${other} of the protocol, and this page is of version ${own}. One of ${other}: shadowproof walk --version ${other}`);
}

/** The link that says what such a file does: it is then read as any link is. */
function ofData(network, name, text) {
  const lines = text.split(/\r?\n/).filter((line) => line.trim());
  const whole = parsed(text) ?? parsed(lines[0]);
  if (!whole) throw new Refused(`${name} is no JSON.`);
  try {
    if (whole.schema === PLAY_SCHEMA) return readLink(network, ofPlay(network, whole));
    if (whole.schema === TRACE_SCHEMA) return ofTrace(network, whole, lines.slice(1).map((line) => JSON.parse(line).event), null);
    if (whole.schema === undefined && Array.isArray(whole.states)) return ofItf(network, whole);
  } catch (problem) {
    if (problem instanceof Refused) throw problem;
    throw new Refused(`${name} has not the shape of a run${whole.schema ? ` of schema ${shown(String(whole.schema))}` : ""}.`);
  }
  throw new Refused(`${name} is no run of schema ${PLAY_SCHEMA}, and no trace: write one with shadowproof play --json, or --save.`);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function ofPlay(network, data) {
  checkVersion(network, data.version);
  const run = data.events.filter((one) => one.step !== null).map((one) => one.event + (one.member.length ? `@${one.member.map(Number).join(".")}` : ""));
  return asLink({ vms: data.vms, faults: data.assuming.faults, readings: data.assuming.readings }, run, null);
}

/** @param {string[]} events of each line or state; that at which nothing happened has none */
function ofTrace(network, head, events, loop) {
  checkVersion(network, head.version);
  const readings = Object.entries(head.readings ?? {});
  const vms = head.vms ?? [{}];
  const run = events.filter((one) => typeof one === "string" && one && one !== "init").map((one) => withMember(network, one, vms.length));
  const faults = head.faults ?? [...new Set(run.map((one) => network.events.get(one.split("@")[0])?.fault).filter(Boolean))];
  const found = readLink(network, asLink({ vms, faults, readings: Object.fromEntries(readings) }, run, loop));
  return { ...found, notes: [...found.notes, ...(head.complete === true ? [] : [NOT_COMPLETE])] };
}

/** Where there is one VM, its number may be left out. */
function withMember(network, name, vms) {
  const event = network.events.get(name);
  return event && event.of === network.replicated && !event.all && vms === 1 ? `${name}@1` : name;
}

function ofItf(network, data) {
  const [first] = data.states;
  const variables = Object.keys(first ?? {});
  if (!variables.some((one) => network.machines.has(one) || EVENTS.includes(one))) throw new Refused("The trace has no variable that is a machine of this protocol, and names no event.");
  const of = Object.entries(first).filter(([one, value]) => network.machines.has(one) && Array.isArray(value)).map(([, value]) => value.length);
  const head = data["#meta"]?.shadowproof ?? { vms: Array.from({ length: Math.max(1, ...of) }, () => ({})) };
  const events = data.states.map((state) => EVENTS.map((one) => state[one]).find((one) => one !== undefined));
  return ofTrace(network, head, events, Number.isInteger(data.loop) ? data.loop : null);
}

function asLink({ vms, faults, readings }, run, loop) {
  const usualParts = { disk: 1, adapter: 1 };
  const fields = {
    vms: vms.map(({ parts }) => Object.entries({ ...usualParts, ...parts }).map(([sort, many]) => `${sort}${Number(many)}`).join("")),
    start: vms.flatMap(({ start }, i) => Object.entries(start ?? {}).filter(([, state]) => typeof state === "string").map(([key, state]) => started(key, i, state))),
    reading: Object.entries(readings).map((one) => one.join(":")), fault: faults, run, loop: loop === null ? [] : [loop],
  };
  return Object.entries(fields).filter(([, values]) => values.length).map(([field, values]) => `${field}=${encodeURIComponent(values.join(","))}`).join("&");
}

function started(key, i, state) {
  const [machine, part] = String(key).split("#");
  return `${machine}@${i + 1}${part ? `.${part}` : ""}:${state}`;
}
