/** Runs from files: what play --json and simulate --json write, events one a line, or a link. Files are data; what is wrong is said. */

import { Refused } from "../engine/network.js";
import { readLink, usual } from "../engine/links.js";

const MOST_IN_A_FILE = 2_000_000;
const PLAY_SCHEMA = "shadowproof-play/1";

/** @returns {import("../engine/links.js").Link} */
export function readFile(network, name, text) {
  if (text.length > MOST_IN_A_FILE) throw new Refused(`${name} is too large to be a run.`);
  if (text.trimStart().startsWith("{")) return readLink(network, ofPlay(name, text));
  const lines = text.split(/\r?\n/).map((line) => line.split("#")[0].trim()).filter(Boolean);
  if (text.includes("run=") && lines.length <= 1) return readLink(network, text.slice(text.indexOf("#") + 1).trim());
  if (!lines.length) throw new Refused(`${name} holds no event.`);
  return { setup: usual(network), run: lines, at: null, loop: null, finding: null, notes: [] };
}

/** The link that says what such a file does: it is then read as any link is. */
function ofPlay(name, text) {
  let data;
  try {
    data = JSON.parse(text);
  } catch {
    throw new Refused(`${name} is no JSON.`);
  }
  if (data?.schema !== PLAY_SCHEMA) throw new Refused(`${name} is no run of schema ${PLAY_SCHEMA}: write one with shadowproof play --json.`);
  try {
    const vms = data.vms.map((vm) => Object.entries(vm.parts).map(([sort, many]) => `${sort}${Number(many)}`).join(""));
    const starts = data.vms.flatMap((vm, i) => Object.entries(vm.start).map(([key, state]) => started(key, i, state)));
    const run = data.events.filter((one) => one.step !== null).map((one) => one.event + (one.member.length ? `@${one.member.map(Number).join(".")}` : ""));
    const fields = { vms, start: starts, reading: Object.entries(data.assuming.readings).map((one) => one.join(":")), fault: data.assuming.faults, run };
    return Object.entries(fields).map(([field, values]) => `${field}=${encodeURIComponent(values.join(","))}`).join("&");
  } catch {
    throw new Refused(`${name} has not the shape of a run of schema ${PLAY_SCHEMA}.`);
  }
}

function started(key, i, state) {
  const [machine, part] = String(key).split("#");
  return `${machine}@${i + 1}${part ? `.${part}` : ""}:${state}`;
}
