/** The run: as lanes, a line a step; or as values, a bar for each stretch in which a machine stays. */

import { changes } from "../engine/reasons.js";
import { called, plain, whose } from "../engine/words.js";
import { byId, fill, h } from "./dom.js";
import { title } from "./events.js";

/** @param {import("./session.js").Session} session */
export function drawStory(session, view) {
  const panel = byId("story");
  fill(byId("notes"), session.notes.map((note) => h("p", { class: "note" }, note)));
  if (!session.acts.length) {
    fill(panel, h("p", { class: "empty" }, "Nothing has happened yet. Choose what happens first."), starts(session));
  } else fill(panel, view === "values" ? values(session) : lanes(session));
  if (matchMedia("(min-width: 70rem)").matches) panel.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
}

/** Where an event or a machine is told: the lane's name, with the member whose it is. */
function keyOf(name, index) {
  return index.length ? `${name}@${index[0]}` : name;
}

function lanesOf(session) {
  const { doc } = session.network;
  return doc.lanes.flatMap((lane) =>
    lane.of_a_member
      ? session.setup.members.map((_, i) => ({ key: `${lane.name}@${i}`, member: i, lane }))
      : [{ key: lane.name, member: null, lane }],
  ).sort((one, two) => (one.member ?? -1) - (two.member ?? -1));
}

function laneOfEvent(network, act) {
  const who = network.doc.who.find((one) => one.name === act.event.who);
  const lane = network.doc.lanes.find((one) => one.name === who?.lane) ?? network.doc.lanes[0];
  return keyOf(lane?.name ?? "", lane?.of_a_member ? act.at : []);
}

/** Of each step, what is told in which lane. */
function told(session) {
  return session.acts.map((act, k) => {
    const cells = new Map();
    const own = laneOfEvent(session.network, act);
    cells.set(own, []);
    for (const change of changes(session.ground, session.states[k], session.states[k + 1])) {
      const { machine, index } = change.instance;
      if (machine.lane === null) continue;
      const key = keyOf(machine.lane, index);
      cells.set(key, [...(cells.get(key) ?? []), change]);
    }
    return { act, own, cells };
  });
}

function lanes(session) {
  const steps = told(session);
  const used = new Set(steps.flatMap((step) => [step.own, ...[...step.cells].filter(([, of]) => of.some(isTold)).map(([key]) => key)]));
  const shown = lanesOf(session).filter((lane) => used.has(lane.key));
  const sessions = sessionsOf(session);
  const head = h("tr", {}, h("th", { scope: "col", class: "number" }, h("span", { class: "hidden" }, "step")), shown.map((lane) => h("th", { scope: "col", title: lane.lane.says }, nameOfLane(session, lane))));
  return [
    starts(session),
    h("div", { class: "lanes-frame" }, h("table", { class: "lanes" }, h("thead", {}, head), h("tbody", {}, steps.map((step, k) => [
      sessions.length > 1 && sessions.includes(k) ? h("tr", { class: "session" }, h("th", { colspan: shown.length + 1, scope: "rowgroup" }, `session ${sessions.indexOf(k) + 1} of ${sessions.length}`)) : null,
      row(session, step, k + 1, shown),
    ])))),
    ending(session),
  ];
}

/** After how many steps a session begins: from a state of rest one comes to a state that is none. */
function sessionsOf({ network, recorded, acts }) {
  const rest = recorded.states.map((_, k) => recorded.holds(network.doc.at_rest, k));
  return acts.map((_, k) => k).filter((k) => rest[k] && !rest[k + 1]);
}

function nameOfLane(session, { lane, member }) {
  if (member === null) return lane.name;
  const name = session.nameOf(member);
  return lane.name === session.network.replicated ? name : `inside ${name}`;
}

/** What goes back to how it started is not told, but for the power. */
function isTold({ instance, to }) {
  return instance.machine.name === "power" || to !== instance.machine.starts[0];
}

function row(session, { act, own, cells }, number, shown) {
  const { at, loop } = session;
  const broken = session.brokenAt(number);
  const fresh = broken.filter((one) => !session.brokenAt(number - 1).includes(one));
  const round = loop !== null && number > loop;
  const classes = [number > at ? "later" : "", number === at ? "here" : "", act.event.fault ? "fault" : "", round ? "round" : ""];
  return h("tr", { class: classes.filter(Boolean).join(" ") || null, "aria-current": number === at ? "step" : null }, [
    h("th", { scope: "row", class: "number" }, [
      h("button", { type: "button", "data-step": number, "aria-label": `go to step ${number}, ${title(act.event)}`, onclick: () => session.goTo(number) }, `${number}`),
      fresh.length ? h("span", { class: "mark", title: `breaks ${fresh.map((one) => session.network.doc.properties[one].name).join(", ")}` }, "✕") : null,
    ]),
    shown.map((lane) => cell(session, act, lane, own === lane.key, cells.get(lane.key) ?? [])),
  ]);
}

function cell(session, act, lane, acts, found) {
  const changed = found.filter(isTold);
  if (!acts && !changed.length) return h("td");
  return h("td", { class: acts ? "acts" : null, "data-lane": nameOfLane(session, lane) }, [
    acts ? h("b", {}, title(act.event)) : null,
    acts && toWhom(session, act, lane) ? h("span", { class: "member" }, ` ${toWhom(session, act, lane)}`) : null,
    acts && act.event.fault ? h("span", { class: "tag tag-fault" }, "fault") : null,
    changed.length ? h("span", { class: "moved" }, changed.map((one) => h("span", {}, moved(one, lane)))) : null,
  ]);
}

/** To which member an event happens, where the lane does not say it. */
function toWhom(session, { event, at }, { member }) {
  if (!at.length || (member !== null && at.length === 1)) return "";
  return member === null ? whose(session.network, at, event.of) : `${event.of} ${at[1] + 1}`;
}

function moved({ instance, from, to }, lane) {
  const part = instance.index.length === 2 ? `${instance.machine.sort} ${instance.index[1] + 1} ` : "";
  if (instance.machine.name === "power") return [plain(from), " → ", h("b", { class: "power" }, plain(to))];
  const isOwn = instance.machine.name === lane.lane.name.toLowerCase(); // what the lane itself is called
  return `${part}${isOwn ? "" : `${called(instance.machine)} `}${plain(to)}`;
}

/** How each VM starts: its power, and what is not as is usual. */
function starts(session) {
  const { network, setup } = session;
  const [start] = session.states;
  const told = setup.members.map((_, i) => {
    const unusual = [...session.ground.instances.values()].filter(
      ({ machine, index, start: number }) => index[0] === i && !machine.observer && machine.name !== "power" && number !== machine.number.get(machine.starts[0]),
    );
    const power = session.ground.instances.get(`power@${i + 1}`);
    const said = unusual.map((one) => `${one.index.length === 2 ? `${one.machine.sort} ${one.index[1] + 1} ` : ""}${called(one.machine)} ${plain(one.machine.states[one.start])}`);
    return h("li", {}, [h("b", {}, session.nameOf(i)), ` starts ${power ? plain(session.ground.stateOf(power, start)) : ""}`, said.length ? `, with ${said.join(", ")}` : ""]);
  });
  const readings = Object.entries(setup.readings).filter(([name, state]) => state !== network.machines.get(name).starts[0]);
  return h("ul", { class: "starts" }, [
    told,
    readings.map(([name, state]) => h("li", {}, [h("b", {}, name), ` ${network.readings.get(name).question} ${meaningOf(network, name, state)}`])),
  ]);
}

function meaningOf(network, name, state) {
  const machine = network.machines.get(name);
  return machine.meanings[machine.number.get(state)];
}

/** How a run that does not end goes on; if it waits, for what, and why that need not come. */
function ending(session) {
  const { loop, acts } = session;
  if (loop === null) return null;
  let said = `Steps ${loop + 1} to ${acts.length} repeat for ever.`;
  if (loop === acts.length) said = `After step ${loop} it waits for ever: ${waits(session) || "nothing can happen any more"}.`;
  else if (loop + 1 === acts.length) said = `Step ${acts.length} repeats for ever.`;
  const again = loop < acts.length ? [" ", h("button", { type: "button", class: "link", onclick: () => session.goTo(loop + 1) }, `Round again, from step ${loop + 1}`)] : null;
  return h("p", { class: "loop" }, [h("span", { class: "loop-sign", "aria-hidden": "true" }, "↻"), ` ${said}`, again]);
}

function waits(session) {
  const { network, ground, states, setup } = session;
  return ground.enabled(states[states.length - 1]).map(({ event, at }) => {
    const silent = setup.faults.find((name) => network.faults.get(name).silences.includes(event.name));
    const why = silent ? `the fault ${plain(silent)} lets it never come` : event.fault ? "it is a fault" : "nobody need do it";
    return `${title(event)}${at.length ? ` of ${whose(network, at, event.of)}` : ""} is possible, but ${why}`;
  }).join("; ");
}

/** Steps whose numbers fit beside one another; of more every fifth is told. */
const MOST_NUMBERS = 26;

// -- values ----------------------------------------------------------------------------------------------------------

function values(session) {
  const { ground, states } = session;
  const moving = ground.places.filter((one) => !one.machine.observer && states.some((state) => state[one.place] !== states[0][one.place]));
  const inOrder = moving.sort((one, two) => (one.index[0] ?? -1) - (two.index[0] ?? -1));
  const grid = h("div", { class: "values", role: "table", "aria-label": "the state of each machine at each step" });
  grid.style.setProperty("--steps", String(states.length));
  grid.append(h("div", { role: "row", class: "value-row" }, h("div", { role: "columnheader", class: "value-name" }, "step"), states.map((_, k) => numberCell(session, k))));
  let group = null;
  for (const instance of inOrder) {
    const of = instance.index.length ? session.nameOf(instance.index[0]) : "the host";
    if (of !== group) {
      group = of;
      grid.append(h("div", { role: "row", class: "value-group" }, h("div", { role: "rowheader" }, of)));
    }
    grid.append(h("div", { role: "row", class: "value-row" }, [
      h("div", { role: "rowheader", class: "value-name" }, `${instance.index.length === 2 ? `${instance.machine.sort} ${instance.index[1] + 1} ` : ""}${called(instance.machine)}`),
      stretches(states, instance).map((one) => bar(session, instance, one)),
    ]));
  }
  return [grid, ending(session)];
}

function numberCell(session, k) {
  const many = session.states.length;
  const found = h("div", { role: "columnheader", class: `value-step${k === session.at ? " here" : ""}${session.loop !== null && k > session.loop ? " round" : ""}` }, h("button", {
    type: "button", "data-step": k, "aria-label": k ? `go to step ${k}, ${title(session.acts[k - 1].event)}` : "go to the start",
    title: k ? title(session.acts[k - 1].event) : "the start", "aria-current": k === session.at ? "step" : null, onclick: () => session.goTo(k),
  }, many > MOST_NUMBERS && k % 5 && k !== session.at ? "·" : `${k}`));
  found.style.setProperty("grid-column", `${k + 2}`);
  return found;
}

function stretches(states, instance) {
  const found = [];
  states.forEach((state, k) => {
    const number = state[instance.place];
    const last = found[found.length - 1];
    if (last && last.number === number) last.to = k;
    else found.push({ number, from: k, to: k });
  });
  return found;
}

function bar(session, instance, { number, from, to }) {
  const name = plain(instance.machine.states[number]);
  const first = number === instance.start;
  const found = h("div", { role: "cell", class: `bar${first ? " first" : ""}${from === session.at && from > 0 ? " now" : ""}`, title: `${name}: ${instance.machine.meanings[number]} (${from === to ? `step ${from}` : `steps ${from} to ${to}`})` }, h("span", {}, name));
  found.style.setProperty("grid-column", `${from + 2} / ${to + 3}`);
  return found;
}
