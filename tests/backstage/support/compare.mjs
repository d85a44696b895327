// Two answers to one request, and the list of differences that are meant.

/** Stands in a difference for "whatever it is", and for "not there". */
export const ANY = Symbol('any');
export const NOTHING = undefined;

const is = (value, expected) => expected === ANY || (expected instanceof RegExp ? value !== undefined && expected.test(value) : value === expected);

/**
 * What `differences.mjs` lists, held against what is.
 *
 * A listed difference has `facts`, a list of [fact, Backstage's value, ours], each a value, a pattern, `NOTHING` or `ANY`; or it is
 * about the `whole` answer, [facts of Backstage's, facts of ours], which both must bear. `in` names the cases it occurs in, all of them;
 * without it, it may occur anywhere and must somewhere.
 */
export class Comparison {
  #listed;
  #seen = new Set();

  constructor(listed) {
    this.#listed = listed;
  }

  /** Compares the facts of two answers; returns a line for each fact that differs without being listed. */
  unlisted(name, backstage, stagedoor) {
    const differing = [...new Set([...backstage.keys(), ...stagedoor.keys()])].filter(fact => backstage.get(fact) !== stagedoor.get(fact));
    return differing.flatMap(fact => {
      const explained = this.#listed.filter(entry => explains(entry, { name, fact, backstage, stagedoor }));
      for (const entry of explained) this.#seen.add(entry.name).add(mark(entry, name));
      return explained.length > 0 ? [] : `${fact}\n    Backstage: ${backstage.get(fact)}\n    Stagedoor: ${stagedoor.get(fact)}`;
    });
  }

  /** The names of listed differences that did not occur where they should. */
  unseen() {
    return this.#listed.flatMap(entry => {
      const expected = entry.in ? entry.in.map(name => mark(entry, name)) : [entry.name];
      return expected.filter(sight => !this.#seen.has(sight));
    });
  }
}

const mark = (entry, name) => `${entry.name} (in "${name}")`;

function explains({ in: cases, facts = [], whole }, { name, fact, backstage, stagedoor }) {
  if (cases && !cases.includes(name)) return false;
  if (whole) return bears(backstage, whole[0]) && bears(stagedoor, whole[1]);
  return facts.some(([pattern, theirs, ours]) => is(fact, pattern) && is(backstage.get(fact), theirs) && is(stagedoor.get(fact), ours));
}

const bears = (facts, expected) => Object.entries(expected).every(([fact, value]) => is(facts.get(fact), value));
