/** What a run starts from: VMs and how each is, faults that are tolerated, readings; and the runs that can be opened. */

import { fitting } from "../engine/links.js";
import { called, plain } from "../engine/words.js";
import { byId, fill, h, many } from "./dom.js";

const MOST_VMS = 4;
const MOST_PARTS_SHOWN = 3;

/** VM. */
const short = (sort) => (sort.length < 4 ? sort.toUpperCase() : sort);

/** @param {import("./session.js").Session} session */
export function summary(session) {
  const { setup, network } = session;
  const readings = Object.entries(setup.readings).filter(([name, state]) => state !== network.machines.get(name).starts[0]);
  const faults = setup.faults.length ? (setup.faults.length > 3 ? many(setup.faults.length, "fault") : `fault${setup.faults.length === 1 ? "" : "s"} ${setup.faults.map(plain).join(", ")}`) : "no fault";
  return [many(setup.members.length, short(network.replicated)), faults, ...readings.map(([name, state]) => `${name} ${plain(state)}`)].join(" · ");
}

/** @param {import("./session.js").Session} session @param {any[]} hosts the VMs of an inventory */
export function drawSetup(session, hosts, apply) {
  const { network, setup } = session;
  const change = (next) => apply({ ...setup, ...next });
  fill(
    byId("setup-body"),
    h("section", {}, [
      h("label", { class: "inline" }, [`Number of ${short(network.replicated)}s `, h("select", { id: "setup-vms", onchange: (event) => change({ members: resized(setup.members, Number(event.target.value)) }) }, [...Array(Math.max(MOST_VMS, setup.members.length)).keys()].map((i) => h("option", { value: i + 1, selected: i + 1 === setup.members.length }, `${i + 1}`)))]),
      hosts.length ? hostList(session, hosts, change) : null,
      setup.members.map((one, i) => memberForm(session, one, i, change)),
    ]),
    h("section", {}, [h("h3", {}, "Faults: what may go wrong"), faultForm(session, change)]),
    h("section", {}, [h("h3", {}, "Readings: where the text is silent"), readingForm(session, change)]),
  );
}

/** One more is as the last one is. */
function resized(members, number) {
  return Array.from({ length: number }, (_, i) => members[i] ?? structuredClone(members[members.length - 1]));
}

function hostList(session, hosts, change) {
  const pick = () => {
    const chosen = [...byId("setup-hosts").selectedOptions].map((option) => hosts[Number(option.value)]);
    if (!chosen.length) return;
    session.names = chosen.slice(0, MOST_VMS).map((one) => one.name);
    change({ members: chosen.slice(0, MOST_VMS).map((one) => ({ parts: one.parts, starts: one.starts })) });
  };
  return h("div", { class: "hosts" }, [
    h("label", { for: "setup-hosts" }, `VMs of this host (${hosts.length}); up to ${MOST_VMS} at a time`),
    h("select", { id: "setup-hosts", multiple: true, size: Math.min(8, hosts.length) }, hosts.map((one, i) => h("option", { value: i, title: one.unknown }, one.name))),
    h("button", { type: "button", onclick: pick }, "Walk with these"),
  ]);
}

function memberForm(session, one, i, change) {
  const { network, setup } = session;
  const free = [...network.machines.values()].filter((machine) => machine.sort !== "host" && !machine.observer && machine.starts.length > 1);
  const replaced = (next) => change({ members: setup.members.map((other, k) => (k === i ? next : other)) });
  const unusual = Object.entries(one.starts).filter(([key, state]) => state !== network.machines.get(key.split("#")[0])?.starts[0]);
  return h("details", { class: "member", open: i === 0 && setup.members.length === 1 }, [
    h("summary", {}, [h("b", {}, session.nameOf(i)), h("span", { class: "quiet" }, unusual.length ? ` ${unusual.map(([key, state]) => `${keyInWords(network, key)} ${plain(state)}`).join(", ")}` : " as usual")]),
    h("div", { class: "fields" }, [
      free.filter((machine) => machine.sort === network.replicated).map((machine) => startField(session, one, machine, "", replaced)),
      network.partSorts.map((sort) => [
        h("label", {}, [`${sort}s`, h("select", { onchange: (event) => replaced(withParts(network, one, sort, Number(event.target.value))) }, [...Array(Math.max(MOST_PARTS_SHOWN, one.parts[sort] ?? 0) + 1).keys()].map((number) => h("option", { value: number, selected: number === (one.parts[sort] ?? 0) }, `${number}`)))]),
        Array.from({ length: one.parts[sort] ?? 0 }, (_, j) => free.filter((machine) => machine.sort === sort).map((machine) => startField(session, one, machine, `#${j + 1}`, replaced))),
      ]),
    ]),
  ]);
}

/** adapter 1 switch. */
function keyInWords(network, key) {
  const [name, part] = key.split("#");
  const machine = network.machines.get(name);
  return `${part ? `${machine.sort} ${part} ` : ""}${called(machine)}`;
}

function withParts(network, one, sort, number) {
  const fits = ([key]) => {
    const [name, part] = key.split("#");
    return network.machines.get(name).sort !== sort || Number(part) <= number;
  };
  return { parts: { ...one.parts, [sort]: number }, starts: Object.fromEntries(Object.entries(one.starts).filter(fits)) };
}

function startField(session, one, machine, part, replaced) {
  const key = machine.name + part;
  const now = one.starts[key] ?? machine.starts[0];
  const chosen = (event) => {
    const next = { parts: one.parts, starts: { ...one.starts, [key]: event.target.value } };
    const found = fitting(session.network, next, [key]);
    if (found) replaced(found);
    else event.target.value = now;
  };
  return h("label", { title: machine.says }, [keyInWords(session.network, key), h("select", { "data-start": key, onchange: chosen }, machine.starts.map((state) =>
    h("option", { value: state, selected: state === now }, nameAndMeaning(machine, state))))]);
}

function nameAndMeaning(machine, state) {
  const meaning = machine.meanings[machine.number.get(state)];
  return meaning === plain(state) ? meaning : `${plain(state)}: ${meaning}`;
}

function faultForm(session, change) {
  const { network, setup } = session;
  const places = new Map();
  for (const fault of network.doc.faults) places.set(fault.where, [...(places.get(fault.where) ?? []), fault]);
  const toggle = (name) => (event) => change({ faults: event.target.checked ? [...setup.faults, name] : setup.faults.filter((one) => one !== name) });
  return [
    h("p", {}, [
      h("button", { type: "button", onclick: () => change({ faults: network.doc.faults.map((fault) => fault.name) }) }, "All"), " ",
      h("button", { type: "button", onclick: () => change({ faults: [] }) }, "None"),
    ]),
    [...places].map(([where, faults]) => h("fieldset", {}, [h("legend", {}, where), faults.map((fault) =>
      h("label", { class: "check" }, [h("input", { type: "checkbox", value: fault.name, checked: setup.faults.includes(fault.name), onchange: toggle(fault.name) }), h("span", {}, [h("b", {}, plain(fault.name)), h("span", { class: "says" }, fault.says)])]))])),
  ];
}

function readingForm(session, change) {
  const { network, setup } = session;
  return network.doc.readings.map(({ name, question }) => {
    const machine = network.machines.get(name);
    const now = setup.readings[name] ?? machine.starts[0];
    return h("label", {}, [h("span", {}, [h("b", {}, name), ` ${question}`]), h("select", { "data-reading": name, onchange: (event) => change({ readings: { ...setup.readings, [name]: event.target.value } }) }, machine.starts.map((state) =>
      h("option", { value: state, selected: state === now }, `${machine.meanings[machine.number.get(state)]}`)))]);
  });
}

/** The recorded findings, by promise, those of the fewest circumstances first. */
export function drawFindings(network, findings, wanted) {
  const text = wanted.trim().toLowerCase();
  const byPromise = new Map();
  findings.forEach((finding) => {
    const says = network.properties.get(finding.property)?.says ?? "";
    if (text && ![finding.property, finding.column, says].join(" ").toLowerCase().includes(text)) return;
    byPromise.set(finding.property, [...(byPromise.get(finding.property) ?? []), finding]);
  });
  fill(
    byId("findings-body"),
    byPromise.size ? null : h("p", { class: "empty" }, "No recorded finding has that in it."),
    [...byPromise].map(([name, of]) => h("details", { class: "finding", open: Boolean(text) && byPromise.size < 4 }, [
      h("summary", {}, [h("b", {}, name), h("span", { class: "quiet" }, ` ${many(of.length, "run")}`), h("span", { class: "says" }, network.properties.get(name)?.says ?? "")]),
      h("ul", {}, of.map((finding) => h("li", {}, h("a", { href: `#finding=${encodeURIComponent(finding.name)}` }, [circumstances(finding.column), h("span", { class: "quiet" }, ` ${many(finding.steps, "step")}`)])))),
    ])),
  );
}

/** A column in words; many faults together are not named one by one. */
export function circumstances(column) {
  const parts = column.split(" + ");
  if (parts.length > 6) return `${parts.length} faults together`;
  return parts.map((part) => part.split("=").map(plain).join(" ")).join(" + ");
}
