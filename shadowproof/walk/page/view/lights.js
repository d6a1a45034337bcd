/** How every promise stands here, and in which state every machine is that is not as it was. */

import { numberIn } from "../engine/network.js";
import { called, plain } from "../engine/words.js";
import { byId, fill, h, many } from "./dom.js";
import { whatKeeps } from "./kept.js";
import { EARLIER, HERE, KEPT, NOT_REST, NO_RUN, OPEN, REACHED, REST } from "./session.js";

const IN_FULL = 2;
const SIGNS = { [HERE]: "✕", [EARLIER]: "✕", [KEPT]: "●", [REST]: "●", [NOT_REST]: "○", [REACHED]: "●", [OPEN]: "○", [NO_RUN]: "–" };

/** @param {import("./session.js").Session} session */
export function drawLights(session) {
  const standings = session.standings();
  const of = (...states) => standings.filter((one) => states.includes(one.state));
  const newest = (one, two) => two.step - one.step || one.number - two.number;
  const [here, earlier, kept] = [of(HERE).sort(newest), of(EARLIER).sort(newest), of(KEPT)];
  const counts = [
    ["broken", here.length, "✕", "broken here"],
    ["earlier", earlier.length, "✕", "broken earlier"],
    ["kept", kept.length, "●", "not broken"],
    ["open", of(OPEN).length, "○", "possible, not reached"],
  ];
  fill(
    byId("lights"),
    h("p", { class: "counts" }, counts.filter(([name, number]) => number || name === "broken" || name === "kept").map(([name, number, sign, says]) =>
      h("span", { class: `count ${name}${number ? "" : " none"}` }, h("span", { "aria-hidden": "true" }, `${sign} `), h("b", {}, `${number}`), ` ${says}`))),
    restLine(session),
    here.length ? h("h3", {}, "Broken here") : null,
    here.slice(0, IN_FULL).map((one) => inFull(session, one)),
    here.slice(IN_FULL).map((one) => inShort(session, one)),
    earlier.length ? h("h3", {}, "Broken earlier") : null,
    earlier.slice(0, here.length ? 0 : IN_FULL).map((one) => inFull(session, one)),
    earlier.slice(here.length ? 0 : IN_FULL).map((one) => inShort(session, one)),
  );
  drawAll(session, standings);
}

function restLine(session) {
  const { network, recorded, at } = session;
  const atRest = recorded.holds(network.doc.at_rest, at);
  const why = recorded.why(network.doc.at_rest, at, { value: atRest });
  return h("p", { class: "rest" }, [h("span", { "aria-hidden": "true" }, atRest ? "● " : "○ "), atRest ? "No session is open." : "A session is open.", why ? h("span", { class: "quiet" }, ` ${why}`) : null]);
}

function inFull(session, standing) {
  const { property, state, step } = standing;
  const why = session.why(standing);
  return h("article", { class: `light ${state === HERE ? "here" : "earlier"}` }, [
    h("p", { class: "light-name" }, [h("span", { "aria-hidden": "true" }, "✕ "), h("b", {}, property.name), bySpan(session, step)]),
    h("p", { class: "light-says" }, property.says),
    why ? h("p", { class: "light-why" }, why) : null,
    whatKeeps(session, property),
    ids(session, property),
  ]);
}

function bySpan(session, step) {
  if (!step) return h("span", { class: "quiet" }, " at the start");
  if (step === session.at) return h("span", { class: "quiet" }, " by this step");
  return [" ", h("button", { type: "button", class: "link", onclick: () => session.goTo(step) }, `first by step ${step}`)];
}

function inShort(session, standing) {
  const { property, step } = standing;
  return h("details", { class: "light-short" }, [
    h("summary", {}, [h("span", { "aria-hidden": "true" }, "✕ "), property.name, h("span", { class: "quiet" }, step ? ` by step ${step}` : " at the start")]),
    h("p", { class: "light-says" }, property.says),
    h("p", { class: "light-why" }, session.why(standing)),
    whatKeeps(session, property),
  ]);
}

function ids(session, property) {
  const { requirements } = session.network.doc;
  return h("p", { class: "ids" }, property.ids.map((id) => h("abbr", { title: requirements[id] ?? session.network.readings.get(id)?.question ?? id }, id)));
}

/** All promises, one line each, in a list that is opened. */
function drawAll(session, standings) {
  const box = byId("all-promises");
  const summary = box.querySelector("summary");
  summary.textContent = `All ${many(standings.length, "promise")}`;
  if (!box.open) return fill(byId("promise-list"));
  const wanted = byId("promise-filter").value.trim().toLowerCase();
  const found = standings.filter(({ property }) => !wanted || [property.name, property.says, ...property.ids].join(" ").toLowerCase().includes(wanted));
  return fill(byId("promise-list"), found.map(({ property, state, step }) =>
    h("li", { class: state.replaceAll(" ", "-") }, [
      h("span", { "aria-hidden": "true" }, `${SIGNS[state]} `), h("b", {}, property.name),
      h("span", { class: "quiet" }, ` ${state}${step ? ` (step ${step})` : ""}`), h("span", { class: "says" }, property.says),
    ])), found.length ? null : h("li", {}, "None is called so."));
}

/** Machines that left their start, or changed now, member by member. */
export function drawStates(session) {
  const { ground, states, at, acts } = session;
  const everything = byId("every-state").checked;
  const before = at ? states[at - 1] : states[0];
  const found = [...ground.instances.values()].filter((one) => {
    if (one.machine.observer || session.network.readings.has(one.machine.name)) return false;
    const [first, now] = [one.start, numberIn(one, states[at])];
    return everything || now !== first || numberIn(one, before) !== now;
  });
  const groups = new Map();
  for (const one of found) {
    const of = one.index.length ? session.nameOf(one.index[0]) : "the host";
    groups.set(of, [...(groups.get(of) ?? []), one]);
  }
  fill(
    byId("states"),
    groups.size ? null : h("p", { class: "empty" }, acts.length ? "Every machine is as it was at the start." : "Every machine is as it starts."),
    [...groups].map(([of, instances]) => [h("h3", {}, of), h("dl", { class: "state-list" }, instances.map((one) => line(session, one, before)))]),
  );
}

function line(session, instance, before) {
  const { machine, index } = instance;
  const now = numberIn(instance, session.state);
  const moved = numberIn(instance, before) !== now;
  return h("div", { class: moved ? "moved" : null }, [
    h("dt", { title: machine.says }, `${index.length === 2 ? `${machine.sort} ${index[1] + 1} ` : ""}${called(machine)}`),
    h("dd", { title: machine.meanings[now] }, [moved ? [h("span", { class: "from" }, plain(machine.states[numberIn(instance, before)])), " → "] : null, h("b", {}, plain(machine.states[now]))]),
  ]);
}
