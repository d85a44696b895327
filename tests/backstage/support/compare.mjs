// Two answers to one request, and the list of differences that are meant.

/** Stands in a difference for "whatever it is", and for "not there". */
export const ANY = Symbol('any');
export const NOTHING = undefined;

const is = (value, expected) => expected === ANY || (expected instanceof RegExp ? value !== undefined && expected.test(value) : value === expected);

/**
 * What `differences.mjs` lists, held against what is.
 *
 * A listed difference has `facts`, a list of [fact, Backstage's value, ours], each a value, a pattern, `NOTHING` or `ANY`; or it is
 * about the `whole` answer, [facts of Backstage's, facts of ours], which both must bear: ours is then, but for these facts, that of
 * the case `like`, which runs before and in the same house. `in` names the cases it occurs in, all of them;
 * without it, it may occur anywhere and must somewhere. Each of its facts must, too.
 */
export class Comparison {
  #listed;
  #seen = new Set();
  /** Our answers by the name of their case. */
  #ours = new Map();

  constructor(listed) {
    this.#listed = listed;
  }

  /** Compares the facts of two answers; returns a line for each fact that differs without being listed. */
  unlisted(name, backstage, stagedoor) {
    this.#ours.set(name, stagedoor);
    const differing = [...new Set([...backstage.keys(), ...stagedoor.keys()])].filter(fact => backstage.get(fact) !== stagedoor.get(fact));
    return differing.flatMap(fact => {
      const explained = this.#listed.flatMap(entry => {
        const explanations = explaining(entry, { name, fact, backstage, stagedoor, model: this.#ours.get(entry.like) });
        if (explanations.length > 0) this.#seen.add(mark(entry, name));
        return explanations;
      });
      for (const explanation of explained) this.#seen.add(explanation);
      return explained.length > 0 ? [] : `${fact}\n    Backstage: ${backstage.get(fact)}\n    Stagedoor: ${stagedoor.get(fact)}`;
    });
  }

  /** The names of listed differences that did not occur where they should. */
  unseen() {
    return this.#listed.flatMap(entry => {
      const cases = (entry.in ?? []).map(name => mark(entry, name)).filter(sight => !this.#seen.has(sight));
      const facts = (entry.facts ?? []).filter(fact => !this.#seen.has(fact)).map(fact => `${entry.name}: ${fact.map(String).join(' | ')}`);
      return [...cases, ...facts];
    });
  }
}

const mark = (entry, name) => `${entry.name} (in "${name}")`;

/** What of an entry explains a fact: those of its facts that match, or the whole of it. */
function explaining({ in: cases, facts = [], whole }, { name, fact, backstage, stagedoor, model }) {
  if (cases && !cases.includes(name)) return [];
  if (whole) return bears(backstage, whole[0]) && bears(stagedoor, whole[1]) && resembles(stagedoor, model, whole[1]) ? [whole] : [];
  return facts.filter(([pattern, theirs, ours]) => is(fact, pattern) && is(backstage.get(fact), theirs) && is(stagedoor.get(fact), ours));
}

const bears = (facts, expected) => Object.entries(expected).every(([fact, value]) => is(facts.get(fact), value));

/** Whether an answer has the facts of another, no more and no fewer, but for those of `named`. */
const resembles = (facts, model, named) =>
  model !== undefined && [...facts.keys(), ...model.keys()].every(fact => Object.hasOwn(named, fact) || facts.get(fact) === model.get(fact));
