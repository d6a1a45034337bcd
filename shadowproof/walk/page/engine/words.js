/** Names and terms in words, for refusals and reasons; as the command has them. */

/** A state's, machine's or event's name in words; ids such as READ-1 stay. */
export function plain(name) {
  return name.includes("-") ? name : name.toLowerCase().replaceAll("_", " ");
}

/** A machine as it is called beside the member that it belongs to: of a disk, its disk_kind is its kind. */
export function called(machine) {
  const prefix = `${machine.sort}_`;
  return plain(machine.name.startsWith(prefix) ? machine.name.slice(prefix.length) : machine.name);
}

/** The member that an index names: vm 1, disk 2 of vm 1. */
export function whose(network, index, sort) {
  if (!index.length) return "the host";
  const member = `${network.replicated} ${index[0] + 1}`;
  return index.length === 1 ? member : `${sort} ${index[1] + 1} of ${member}`;
}

/** 12,345. By hand: a browser that is asked how numbers are written loads its tables of all languages, which takes longer than the rest. */
export const counted = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");

const spoken = (name) => name.toLowerCase().replaceAll("_", " ");

/** One, two or three. @param {string[]} names @param {string} last the word before the last one */
export function listed(names, last) {
  if (names.length < 2) return names[0] ?? "nothing";
  return `${names.slice(0, -1).join(", ")} ${last} ${names[names.length - 1]}`;
}

const aside = (text, nested) => (nested ? `(${text})` : text);

/**
 * The term of this number as an English phrase. negated: its negation; nested: in brackets if it would run into what is around it.
 * @param {import("./network.js").Network} network @param {number} number
 */
export function words(network, number, { nested = false, negated = false } = {}) {
  const term = network.doc.terms[number];
  const inner = (one) => words(network, one, { nested: true });
  if (term.const !== undefined) return term.const === negated ? "never" : "always";
  if (term.not !== undefined) return words(network, term.not, { nested, negated: !negated });
  if (term.in !== undefined) {
    return `${spoken(term.in)} is${negated ? " not" : ""} ${listed(term.states.map(spoken).sort(), "or")}`;
  }
  if (term.same !== undefined) {
    return `${spoken(term.same[0])} ${negated ? "differs from" : "is the same as"} ${spoken(term.same[1])}`;
  }
  if (term.some !== undefined) {
    return aside(`${negated ? `no ${term.some} has` : `for some ${term.some}`}: ${inner(term.body)}`, nested);
  }
  if (term.every !== undefined) {
    return aside(`${negated ? `not every ${term.every} has` : `for every ${term.every}`}: ${inner(term.body)}`, nested);
  }
  if (negated) return `not (${words(network, number)})`;
  if (term.and !== undefined) return aside(term.and.map(inner).join(" and "), nested);
  if (term.or !== undefined) return aside(term.or.map(inner).join(" or "), nested);
  if (term.after !== undefined) return `afterwards ${inner(term.after)}`;
  if (term.unchanged !== undefined) return `${spoken(term.unchanged)} stays`;
  return `${listed([...term.happens].sort(), "or")} happens`;
}
