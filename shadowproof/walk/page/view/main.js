/** The page: what is shown of a session, and what one can do with it. */

import { Network, Refused } from "../engine/network.js";
import { readLink } from "../engine/links.js";
import { changes } from "../engine/reasons.js";
import { called, plain, whose } from "../engine/words.js";
import { ask, askForRest, askNoMore, conditions } from "./ask.js";
import { byId, fill, h } from "./dom.js";
import { drawEvents, drawWhyNot, title } from "./events.js";
import { readFile } from "./files.js";
import { inWords } from "./kept.js";
import { drawLights, drawStates } from "./lights.js";
import { Session } from "./session.js";
import { circumstances, drawFindings, drawSetup, summary } from "./setup.js";
import { drawStory } from "./story.js";

const network = new Network(JSON.parse(byId("network").textContent));
const opened = JSON.parse(byId("opened").textContent);
const session = new Session(network);
const findings = opened.findings.map(([property, column, run, needed]) => {
  const [name, faults, readings] = opened.columns[column];
  const steps = (/run=([^&]*)/.exec(opened.runs[run])?.[1] ?? "").split(",").length;
  return { name: `${property}/${name}`, property, column: name, faults, readings, run: opened.runs[run], steps, keeps: keepsOf(faults, readings, needed) };
});

session.findings = findings;

/** Each circumstance without which the promise holds, as recorded: the fault that is not there, or the reading by its default. */
function keepsOf(faults, readings, needed) {
  const parts = [...faults.map((one) => [[one], []]), ...Object.keys(readings).map((name) => [[], [[name, network.readings.get(name).default]]])];
  return needed.map((number) => parts[number]);
}

let view = "lanes";
/** @type {string[]} */
let wanted = [];

// -- opening ---------------------------------------------------------------------------------------------------------

function openLink(text) {
  const link = readLink(network, text);
  if (link.finding === null) return session.open(link);
  const found = findings.find((one) => one.name === link.finding);
  if (!found) return session.open({ ...link, finding: null, notes: [...link.notes, "No finding recorded here is called so."] });
  return openFinding(found, link.at);
}

function openFinding(found, at = null) {
  const link = readLink(network, found.run);
  const setup = { ...link.setup, faults: found.faults, readings: found.readings };
  session.open({ ...link, setup, at, finding: found });
}

function openHash() {
  const text = location.hash.slice(1);
  if (text && text !== session.link) openLink(text);
}

// -- drawing ---------------------------------------------------------------------------------------------------------

function draw() {
  const { at, acts } = session;
  byId("summary").textContent = summary(session);
  for (const place of document.querySelectorAll("[data-place]")) place.textContent = at ? `step ${at} of ${acts.length}` : acts.length ? `start of ${acts.length}` : "start";
  for (const button of document.querySelectorAll("[data-go]")) button.disabled = !canGo(button.dataset.go);
  drawBanner();
  drawEvents(session, choose);
  drawLights(session);
  drawStates(session);
  drawWhyNot(session, byId("why-not").value, openSetup);
  askNoMore();
  drawStory(session, view); // last, since it asks where things are: what is laid out is all there
  if (byId("setup").open) drawSetup(session, opened.hosts, applySetup);
  history.replaceState(null, "", `#${session.link}`);
}

function drawBanner() {
  const { finding } = session;
  const banner = byId("banner");
  banner.hidden = !finding;
  if (!finding) return;
  const property = network.properties.get(finding.property);
  const verb = property?.kind === "ends" ? "does not hold" : "is broken by its last step";
  fill(banner, [h("p", {}, [h("b", {}, finding.property), ` ${verb}, with ${circumstances(finding.column)}.`]), h("p", { class: "says" }, property?.says ?? ""), property?.kind === "ends" && finding.keeps.length ? h("p", {}, `It holds ${finding.keeps.map((one) => inWords(...one)).join("; or ")} (as recorded).`) : null]);
}

function tell() {
  const { at, acts, states } = session;
  if (!at) return "At the start.";
  const act = acts[at - 1];
  const of = act.at.length ? ` of ${whose(network, act.at, act.event.of)}` : "";
  const moved = changes(session.ground, states[at - 1], states[at]).slice(0, 4).map(({ instance, to }) => `${called(instance.machine)} ${plain(to)}`);
  const broken = session.brokenAt(at).filter((one) => !session.brokenAt(at - 1).includes(one)).map((one) => network.doc.properties[one].name);
  return `Step ${at} of ${acts.length}: ${title(act.event)}${of}. ${moved.join(", ")}. ${broken.length ? `Breaks ${broken.join(", ")}.` : ""}`;
}

session.listeners.push(draw, () => {
  byId("live").textContent = tell();
});

// -- doing -----------------------------------------------------------------------------------------------------------

function choose(act) {
  session.finding = session.acts[session.at] === act ? session.finding : null;
  session.take(act);
  focusCard();
}

function focusCard() {
  (document.querySelector("#events .card.next") ?? document.querySelector("#events .card") ?? byId("events-title")).focus({ preventScroll: true });
}

function canGo(where) {
  if (where === "back" || where === "first") return session.at > 0;
  return session.at < session.acts.length || (where === "on" && session.goesRound);
}

/** At the end of a run that goes round, on leads round again. */
function next() {
  return session.at === session.acts.length ? session.loop + 1 : session.at + 1;
}

const places = { first: () => 0, back: () => session.at - 1, on: next, last: () => session.acts.length };

function go(where) {
  if (canGo(where)) session.goTo(places[where]());
}

for (const button of document.querySelectorAll("[data-go]")) button.addEventListener("click", () => go(button.dataset.go));

const KEYS = { ArrowLeft: "back", ArrowRight: "on", Home: "first", End: "last" };

byId("events").addEventListener("keydown", (event) => {
  const cards = [...document.querySelectorAll("#events .card")];
  const at = cards.indexOf(document.activeElement);
  if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    cards[(at + (event.key === "ArrowDown" ? 1 : cards.length - 1)) % cards.length].focus();
    event.preventDefault();
  } else if (KEYS[event.key]) {
    go(KEYS[event.key]);
    focusCard();
    event.preventDefault();
  }
});

byId("story").addEventListener("keydown", (event) => {
  if (!document.activeElement?.dataset.step || event.altKey || event.ctrlKey || event.metaKey) return;
  const way = { ...KEYS, ArrowUp: "back", ArrowDown: "on" }[event.key];
  if (!way) return;
  go(way);
  (document.querySelector(`#story [data-step="${session.at}"]`) ?? document.querySelector("#story [data-step]"))?.focus();
  event.preventDefault();
});

for (const button of document.querySelectorAll("[data-view]")) {
  button.addEventListener("click", () => {
    view = button.dataset.view;
    for (const other of document.querySelectorAll("[data-view]")) other.setAttribute("aria-pressed", String(other === button));
    drawStory(session, view);
  });
}

byId("every-state").addEventListener("change", () => drawStates(session));
byId("all-promises").addEventListener("toggle", () => drawLights(session));
byId("promise-filter").addEventListener("input", () => drawLights(session));

// -- asking ----------------------------------------------------------------------------------------------------------

byId("why-not").addEventListener("input", (event) => drawWhyNot(session, event.target.value, openSetup));
byId("why-not-form").addEventListener("submit", (event) => event.preventDefault());
fill(byId("event-names"), [...network.events.values()].map((event) => h("option", { value: event.name }, event.says)), [...new Set([...network.events.values()].flatMap((event) => event.ids))].map((id) => h("option", { value: id }, network.doc.requirements[id] ?? "")));

byId("search-what").addEventListener("focus", () => fill(byId("search-names"), [...conditions(session).keys()].map((name) => h("option", { value: name }))));
byId("search-form").addEventListener("submit", (event) => {
  event.preventDefault();
  addCondition();
  ask(session, wanted);
});
byId("search-rest").addEventListener("click", () => askForRest(session));
byId("search-and").addEventListener("click", addCondition);

function addCondition() {
  const input = byId("search-what");
  const text = input.value.trim();
  if (text && !wanted.includes(text)) wanted = [...wanted, text];
  input.value = "";
  drawWanted();
}

function drawWanted() {
  fill(byId("search-wanted"), wanted.map((one) => h("li", {}, [h("span", {}, one), h("button", { type: "button", "aria-label": `leave out: ${one}`, onclick: () => {
    wanted = wanted.filter((other) => other !== one);
    drawWanted();
  } }, "×")])));
}

// -- setup, findings, files, the link --------------------------------------------------------------------------------

function applySetup(setup) {
  const focused = /** @type {any} */ (document.activeElement);
  const again = focused?.dataset?.start ?? focused?.dataset?.reading ?? focused?.value;
  session.open({ setup, run: session.run, at: Math.min(session.at, session.acts.length) });
  const same = [...byId("setup-body").querySelectorAll("select, input")].find((one) => (one.dataset.start ?? one.dataset.reading ?? one.value) === again);
  same?.focus();
}

function openSetup(fault) {
  byId("setup").showModal();
  drawSetup(session, opened.hosts, applySetup);
  if (typeof fault === "string") byId("setup-body").querySelector(`input[value="${CSS.escape(fault)}"]`)?.focus();
}

byId("open-setup").addEventListener("click", () => openSetup(null));
byId("open-findings").addEventListener("click", () => {
  byId("findings").showModal();
  drawFindings(network, findings, byId("findings-filter").value);
});
byId("findings-filter").addEventListener("input", (event) => drawFindings(network, findings, event.target.value));
byId("findings-body").addEventListener("click", (event) => {
  if (event.target.closest("a")) byId("findings").close();
});
for (const button of document.querySelectorAll("[data-close]")) button.addEventListener("click", () => button.closest("dialog").close());

byId("anew").addEventListener("click", () => session.open({ setup: session.setup, run: [] }));

byId("open-file").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (!file) return;
  try {
    session.open(readFile(network, file.name, await file.text()));
  } catch (problem) {
    if (!(problem instanceof Refused)) throw problem;
    session.notes = [problem.message];
    draw();
  }
  event.target.value = "";
});

byId("copy").addEventListener("click", async () => {
  const said = byId("copied");
  try {
    await navigator.clipboard.writeText(location.href);
    said.textContent = "The link is copied.";
  } catch {
    said.textContent = "Copy the address of this page: it is the link.";
  }
});

document.querySelector("[data-skip]").addEventListener("click", (event) => {
  event.preventDefault(); // the part behind # is the run
  byId("events-title").focus();
});

addEventListener("hashchange", openHash);
byId("open-findings").hidden = !findings.length;
document.documentElement.classList.add("ready");
if (location.hash.length > 1) openLink(location.hash.slice(1));
else if (opened.start) openLink(opened.start);
else session.openUsual();
