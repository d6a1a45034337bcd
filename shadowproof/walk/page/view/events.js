/** What can happen now: a card an event, grouped by who acts; and why something else cannot. */

import { changes } from "../engine/reasons.js";
import { called, plain, whose } from "../engine/words.js";
import { byId, fill, h, many } from "./dom.js";

/** An event's name, as words. */
export const title = (event) => plain(event.name);

/** @param {import("./session.js").Session} session @param {(act: any) => void} choose */
export function drawEvents(session, choose) {
  const { ground, network, state } = session;
  const enabled = ground.enabled(state);
  const next = session.acts[session.at];
  const groups = new Map(network.doc.who.map((who) => [who.name, []]));
  for (const act of enabled) {
    const who = act.event.who ?? "something";
    groups.set(who, [...(groups.get(who) ?? []), act]);
  }
  const told = [...groups].filter(([, acts]) => acts.length);
  byId("events-count").textContent = enabled.length ? `${enabled.length}` : "";
  fill(
    byId("events"),
    told.length ? null : h("p", { class: "empty" }, "Nothing can happen here any more."),
    told.map(([who, acts]) => {
      const faultsLast = [...acts.filter((act) => !act.event.fault), ...acts.filter((act) => act.event.fault)];
      const id = `who-${who.replaceAll(" ", "-")}`;
      return h("section", { "aria-labelledby": id }, [
        h("h3", { id }, who),
        h("ul", { class: "cards" }, faultsLast.map((act) => h("li", {}, card(session, act, act === next, choose)))),
      ]);
    }),
  );
}

function card(session, act, isNext, choose) {
  const { network, ground, state } = session;
  const after = ground.step(act, state);
  const already = new Set(session.brokenAt(session.at));
  const isNew = (number) => network.doc.properties[number].of === "steps" || !already.has(number);
  const breaks = session.brokenBy(state, after, act).filter(isNew).map((number) => network.doc.properties[number].name);
  const { event, at } = act;
  return h(
    "button",
    {
      type: "button", class: `card${event.fault ? " fault" : ""}${isNext ? " next" : ""}${breaks.length ? " breaks" : ""}`,
      "data-act": act.number, onclick: () => choose(act),
    },
    h("span", { class: "card-head" }, [
      h("span", { class: "name" }, title(event)),
      at.length ? h("span", { class: "member" }, whose(network, at, event.of)) : null,
      event.fault ? h("span", { class: "tag tag-fault" }, "fault") : null,
      isNext ? h("span", { class: "tag tag-next" }, "next") : null,
    ]),
    h("span", { class: "says" }, event.says),
    changesList(session, state, after),
    breaks.map((name) => h("span", { class: "will-break" }, `✕ breaks ${name}`)),
  );
}

const MOST_CHANGES = 5;

function changesList(session, before, after) {
  const found = changes(session.ground, before, after);
  const shown = found.slice(0, found.length > MOST_CHANGES + 1 ? MOST_CHANGES : found.length);
  if (!found.length) return h("span", { class: "changes quiet" }, "changes no machine that is shown");
  return h("span", { class: "changes" }, [
    shown.map((one) => h("span", { class: "change" }, changeWords(session, one))),
    found.length > shown.length ? h("span", { class: "change quiet" }, `and ${many(found.length - shown.length, "machine")} more`) : null,
  ]);
}

/** vm 1 power: running → saved. */
export function changeWords(session, { instance, from, to }) {
  const of = instance.index.length ? `${whose(session.network, instance.index, instance.machine.sort)} ` : "";
  return [`${of}${called(instance.machine)} `, h("span", { class: "from" }, plain(from)), " → ", h("span", { class: "to" }, plain(to))];
}

/** The answer to "why not": of an event for each member, of an id for each event that cites it. */
export function drawWhyNot(session, asked, openSetup) {
  const { network } = session;
  const text = asked.trim();
  const events = [...network.events.values()];
  const name = text.toLowerCase().replaceAll(" ", "_");
  const found = network.events.has(name)
    ? [network.events.get(name)]
    : events.filter((event) => event.ids.some((id) => id.toLowerCase() === text.toLowerCase()));
  const answer = byId("why-not-answer");
  if (!text) return fill(answer);
  if (!found.length) return fill(answer, h("p", { class: "empty" }, "No event is called so, and none cites that. Choose one of the list."));
  const says = network.doc.requirements[text.toUpperCase()];
  return fill(
    answer,
    says ? h("p", { class: "says" }, `${text.toUpperCase()}: ${says}`) : null,
    found.map((event) => [
      h("h3", {}, title(event)),
      session.ground.acts.filter((act) => act.event.name === event.name).map((act) => reasonOf(session, act, openSetup)),
      session.ground.happensTo(event).length ? null : h("p", {}, `There is no ${event.of} here.`),
    ]),
  );
}

function reasonOf(session, act, openSetup) {
  const { needs, now, fault } = session.recorded.whyNot(act, session.at);
  const of = act.at.length ? `${whose(session.network, act.at, act.event.of)}: ` : "";
  if (!needs) return h("p", { class: "can" }, `${of}it can happen now.`);
  return h("p", {}, [
    h("b", {}, of), needs, now ? [" ", h("span", { class: "now" }, `Now: ${now}.`)] : null,
    fault ? [" ", h("button", { type: "button", class: "link", onclick: () => openSetup(fault) }, "Choose it in the setup")] : null,
  ]);
}
