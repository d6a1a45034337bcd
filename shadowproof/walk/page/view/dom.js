/** Elements, made by hand: what comes from outside is text and nothing else, and no text is ever taken for markup. */

import { counted } from "../engine/words.js";

/**
 * An element. Of its attributes those that begin with `on` are listeners; true is an attribute without a value, false, null and
 * undefined are none.
 * @param {string} tag @param {Record<string, any>} [attributes] @param {...any} children texts, elements, lists of them, or nothing
 * @returns {any}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return element;
}

/** In the place of what an element has. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
}

export const byId = (id) => /** @type {any} */ (document.getElementById(id));

/** 1 step, 2 steps. */
export const many = (number, word) => `${counted(number)} ${word}${number === 1 ? "" : "s"}`;
