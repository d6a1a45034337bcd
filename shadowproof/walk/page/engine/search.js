/**
 * Breadth first from a state: every state that can follow, or the shortest way to one that is looked for. It goes on in slices, so
 * that whoever shows a page can draw in between.
 */

const NONE = -1;
const FIRST = 1 << 12;

/** States, each once, one after the other in one block that grows; found again by a hash. */
class Store {
  constructor(width) {
    this.width = width;
    this.count = 0;
    this.block = new Uint8Array(FIRST * width);
    this.table = new Int32Array(FIRST * 4).fill(NONE);
  }

  at(number) {
    return this.block.subarray(number * this.width, (number + 1) * this.width);
  }

  /** The number of a state that is new; -1 if it is known. */
  add(state) {
    if (this.count * 2 >= this.table.length) this.#rehash();
    const slot = this.#slot(state);
    if (this.table[slot] !== NONE) return NONE;
    if ((this.count + 1) * this.width > this.block.length) {
      const larger = new Uint8Array(this.block.length * 2);
      larger.set(this.block);
      this.block = larger;
    }
    this.block.set(state, this.count * this.width);
    this.table[slot] = this.count;
    this.count += 1;
    return this.count - 1;
  }

  #slot(state) {
    let hash = 0x811c9dc5;
    for (let i = 0; i < this.width; i += 1) hash = Math.imul(hash ^ state[i], 0x01000193);
    hash ^= hash >>> 15;
    const mask = this.table.length - 1;
    let slot = hash & mask;
    while (this.table[slot] !== NONE && !this.#equal(this.table[slot], state)) slot = (slot + 1) & mask;
    return slot;
  }

  #equal(number, state) {
    const offset = number * this.width;
    for (let i = 0; i < this.width; i += 1) if (this.block[offset + i] !== state[i]) return false;
    return true;
  }

  #rehash() {
    this.table = new Int32Array(this.table.length * 4).fill(NONE);
    for (let number = 0; number < this.count; number += 1) this.table[this.#slot(this.at(number))] = number;
  }
}

/** @typedef {(before: Uint8Array, after: Uint8Array, act: any) => boolean} Goal asked of each step; of a start with no act */

export class Search {
  /**
   * @param {import("./network.js").Ground} ground
   * @param {Uint8Array[]} starts
   * @param {Goal} [goal] none: every state is visited
   * @param {number} [limit] so many states are kept at most
   * @param {Goal} [barred] steps that are not taken
   */
  constructor(ground, starts, goal, limit = Infinity, barred = undefined) {
    this.ground = ground;
    this.goal = goal;
    this.limit = limit;
    this.barred = barred;
    this.store = new Store(Math.max(1, ground.width));
    /** @type {number[]} for each state the one before it */
    this.before = [];
    /** @type {number[]} for each state the number of the act that led to it */
    this.by = [];
    this.steps = 0;
    this.depth = 0;
    this.next = 0;
    this.levelEnd = 0;
    /** @type {any[] | null} the acts of the shortest way */
    this.way = null;
    this.done = false;
    this.full = false;
    for (const start of starts) this.#keep(start, NONE, NONE);
    this.levelEnd = this.store.count;
    if (goal && starts.some((start) => goal(start, start, null))) this.#found([]);
  }

  get states() {
    return this.store.count;
  }

  /** Goes on for so many states. @returns {boolean} whether it is over */
  goOn(many) {
    for (let left = many; left > 0 && !this.done; left -= 1) {
      if (this.next >= this.store.count) this.done = true;
      else this.#expand(this.next);
    }
    return this.done;
  }

  #expand(number) {
    if (number === this.levelEnd) {
      this.depth += 1;
      this.levelEnd = this.store.count;
    }
    this.next += 1;
    const state = this.store.at(number).slice();
    for (const act of this.ground.possible) {
      if (!this.ground.can(act, state)) continue;
      const after = this.ground.step(act, state);
      if (this.barred?.(state, after, act)) continue;
      this.steps += 1;
      if (this.goal?.(state, after, act)) {
        this.#found([...this.#wayTo(number), act]);
        return;
      }
      this.#keep(after, number, act.number);
    }
    if (this.store.count > this.limit) {
      this.full = true;
      this.done = true;
    }
  }

  #keep(state, before, by) {
    if (this.store.add(state) === NONE) return;
    this.before.push(before);
    this.by.push(by);
  }

  #found(way) {
    this.way = way;
    this.done = true;
  }

  #wayTo(number) {
    const acts = [];
    for (let at = number; this.before[at] !== NONE; at = this.before[at]) acts.push(this.ground.acts[this.by[at]]);
    return acts.reverse();
  }
}
