/** What would have kept a broken promise: as recorded, where this is a recorded finding; else searched for, in slices. */

import { canBreak, otherwise } from "../engine/ways.js";
import { plain } from "../engine/words.js";
import { inSlices } from "./ask.js";
import { fill, h, many } from "./dom.js";

const MOST_OF_EACH = 300_000;

/** Without the fault requester vanishes, under READ-1 on abort. */
export function inWords(faults, readings) {
  return [
    ...(faults.length ? [`without the fault${faults.length > 1 ? "s" : ""} ${faults.map(plain).join(", ")}`] : []),
    ...(readings.length ? [`under ${readings.map(([name, state]) => `${name} ${plain(state)}`).join(", ")}`] : []),
  ].join(" and ");
}

/** Whether a finding is of just these faults and readings. */
function isSoHere({ network, setup }, finding) {
  const usual = ([name, state]) => state === network.machines.get(name).starts[0];
  const said = (faults, readings) => [...faults].sort().join() + Object.entries(readings).filter((one) => !usual(one)).map(String).sort().join();
  return said(setup.faults, setup.readings) === said(finding.faults, finding.readings);
}

/** @param {import("./session.js").Session} session @param {any} property */
export function whatKeeps(session, property) {
  const recorded = session.findings.find((one) => one.property === property.name && isSoHere(session, one))?.keeps ?? [];
  if (recorded.length) return h("p", { class: "light-kept" }, [h("b", {}, "Would be kept "), `${recorded.map((one) => inWords(...one)).join("; or ")}, whatever else happens (as recorded).`]);
  const box = h("div", { class: "light-kept" });
  fill(box, h("button", { type: "button", class: "link", onclick: () => lookFor(session, property, box) }, "What would have kept it?"));
  return box;
}

/** Every other setup is searched from its start, one after the other. */
function lookFor(session, property, box) {
  const tried = otherwise(session.network, session.setup).map((one) => ({ ...one, search: canBreak(session.network, one.setup, property, MOST_OF_EACH) }));
  const goOn = () => {
    if (!box.isConnected) return; // the page shows something else by now
    const next = tried.find((one) => !one.search.done);
    if (!next) return void tellKept(session, tried, box);
    fill(box, h("p", { class: "searching" }, `Looking ${inWords(next.faults, next.readings)} … ${many(next.search.states, "state")}`));
    inSlices(next.search);
    setTimeout(goOn, 0);
  };
  box.setAttribute("aria-live", "polite");
  goOn();
}

function tellKept(session, tried, box) {
  const [kept, open] = [tried.filter(({ search }) => !search.way && !search.full), tried.filter(({ search }) => search.full)];
  const alone = kept.filter((one) => one.faults.length + one.readings.length === 1);
  const keeps = alone.length ? alone : kept;
  const visited = (one) => h("span", { class: "quiet" }, ` (${many(one.search.states, "state")})`);
  fill(box, [
    keeps.length
      ? h("p", {}, [h("b", {}, "Would be kept "), keeps.flatMap((one, i) => [i ? "; or " : "", inWords(one.faults, one.readings), visited(one)]), ": all that can happen then was visited, with these VMs."])
      : h("p", {}, session.setup.faults.length || tried.some((one) => one.faults.length) ? "None of the faults and readings chosen here is needed to break it." : "It breaks under every other reading, too, taken one at a time."),
    open.length ? h("p", { class: "quiet" }, `Not found out ${open.map((one) => inWords(one.faults, one.readings)).join("; ")}: more than ${many(MOST_OF_EACH, "state")}.`) : null,
  ]);
}
