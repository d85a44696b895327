// What an expression of PromQL asks for: names of metrics, of labels, and the values it compares them with. As far as ours go.

const WORDS = new Set(['by', 'on', 'without', 'ignoring', 'and', 'or', 'unless', 'group_left', 'group_right', 'offset', 'bool']);

/** `{metrics: [{name, matchers: [{label, value}]}], labels}`; `labels` are those that are grouped or matched by. */
export function readExpression(expression) {
  const metrics = [];
  const made = [...expression.matchAll(/count_values\s+(?:by\s*\([^)]*\)\s*)?\(\s*"(\w+)"/g)].map(([, label]) => label);
  const labels = [...expression.matchAll(/\b(?:by|on|without|ignoring|group_left|group_right)\s*\(([^)]*)\)/g)].flatMap(([, list]) => list.split(',').map(label => label.trim()).filter(Boolean));
  const bare = expression.replace(/\b(?:by|on|without|ignoring|group_left|group_right)\s*\([^)]*\)/g, ' ');
  for (const [, name, braces, , next] of bare.matchAll(/\b([a-zA-Z_]\w*)\b(\{([^}]*)\})?(\s*\()?/g)) {
    const inText = new RegExp(`"[^"]*\\b${name}\\b[^"]*"`).test(bare.replace(/\{[^}]*\}/g, ''));
    if (next || WORDS.has(name) || inText || /^\d/.test(name)) continue;
    if (!braces && !name.includes('_')) continue;
    const matchers = [...(braces ?? '').matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"/g)].map(([, label, value]) => ({ label, value }));
    metrics.push({ name, matchers });
  }
  return { metrics, labels: labels.filter(label => !made.includes(label)) };
}

/** What is exported, of the text format: name → label → values. */
export function readExport(text) {
  const exported = new Map();
  for (const [, name, labels] of text.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)) {
    const known = exported.get(name) ?? exported.set(name, new Map()).get(name);
    for (const [, label, value] of (labels ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
      (known.get(label) ?? known.set(label, new Set()).get(label)).add(value);
    }
  }
  return exported;
}

/** The rules of alerts.yaml, which keeps to a few forms of YAML: `{alert, expr, text}`. */
export function readAlerts(yaml) {
  return yaml.split(/^ {6}- alert: /m).slice(1).map(rule => {
    const [alert] = rule.split('\n');
    const [, line, block] = /^ {8}expr: (?:\|\n((?: {10}.*\n)+)|(?!\|)(.*)$)/m.exec(rule) ?? [];
    return { alert, expr: (line ?? block).replace(/\s+/g, ' ').trim(), text: rule };
  });
}
