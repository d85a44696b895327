// A scenario is what both implementations are asked to do, and what is then seen. `backstage` says what Backstage's own
// packages are seen to do differently, and why ours does not do the same; an entry that has become untrue fails.
// `only` names the one browser in which that is so.

/** @type {{ name: string, run(stage: any): Promise<any>, expect: any, backstage?: { why: string, sees: object, only?: 'chromium' | 'firefox' } }[]} */
export const scenarios = [];

/** @param {string} name @param {Omit<(typeof scenarios)[number], 'name'>} parts */
export const scenario = (name, parts) => scenarios.push({ name, ...parts });
