// The chart as Helm makes objects of it, and as an API server reads them. Building both takes minutes, once: `npm run surface`
// has it done before the tests, whose time is limited.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { goProgram } from '../../support/go.mjs';
import { temporaryDirectory } from '../../support/stagedoor.mjs';

export const CHART = fileURLToPath(new URL('../../../packaging/helm/stagedoor', import.meta.url));

/** go.mod's; Helm takes it for 1.20 unless it is told, as its own build tells it. */
const KUBERNETES = { 'helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor': 1, 'helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor': 37 };

const directory = fileURLToPath(new URL('../kubernetes', import.meta.url));

/** Why there is no Helm here, where there is none. */
export let skip = false;
let helmProgram;
let manifestsProgram;
try {
  helmProgram = await goProgram({ directory, name: 'helm', what: 'helm.sh/helm/v3/cmd/helm', variables: KUBERNETES });
  manifestsProgram = await goProgram({ directory, name: 'manifests', what: '.' });
} catch (error) {
  if (process.env.CI === 'true') throw error;
  skip = `Helm cannot be built: ${error.message.slice(0, 1_000)}`;
}

const home = temporaryDirectory();

/** Runs a program: `{code, stdout, stderr}`. */
function run(program, args, input = '') {
  const child = spawn(program, args, { env: { PATH: process.env.PATH, HOME: home } });
  const result = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', text => (result[name] += text));
  child.stdin.end(input);
  return new Promise((resolve, reject) => child.on('error', reject).on('close', code => resolve({ ...result, code })));
}

const valuesFile = values => {
  const file = join(temporaryDirectory(), 'values.yaml');
  writeFileSync(file, typeof values === 'string' ? values : JSON.stringify(values));
  return file;
};

/** `helm lint --strict` with these values. */
export const lint = values => run(helmProgram, ['lint', CHART, '--strict', '--values', valuesFile(values)]);

/** `helm template`; what it says when it is told no. */
export const template = values => run(helmProgram, ['template', 'portal', CHART, '--namespace', 'portal', '--values', valuesFile(values)]);

/** What `helm install` says when it is done. It would ask a cluster first; so the text is made an object of a copy of the chart. */
export async function notes(values) {
  const copy = temporaryDirectory();
  cpSync(CHART, copy, { recursive: true });
  writeFileSync(join(copy, 'templates/notes.yaml'), 'kind: Notes\ntext: {{ include (print .Template.BasePath "/NOTES.txt") . | toJson }}\n');
  const { code, stdout, stderr } = await run(helmProgram, ['template', 'portal', copy, '--namespace', 'portal', '--show-only', 'templates/notes.yaml', '--values', valuesFile(values)]);
  assert.equal(code, 0, stderr);
  return JSON.parse(/^text: (.*)$/m.exec(stdout)[1]);
}

/** What an API server says to objects in YAML. */
export const manifests = yaml => run(manifestsProgram, [], yaml);

/** The objects, by kind, which an API server would take. */
export async function objects(values) {
  const made = await template(values);
  assert.equal(made.code, 0, made.stderr);
  const taken = await manifests(made.stdout);
  assert.equal(taken.code, 0, `${taken.stderr}\n${made.stdout}`);
  const byKind = {};
  for (const object of JSON.parse(taken.stdout)) (byKind[object.kind] ??= []).push(object);
  return byKind;
}

/** A folder as the kubelet makes one of a ConfigMap or a Secret: links to `..data`, a link that is swapped. */
export class Volume {
  directory = temporaryDirectory();
  #version = 0;

  constructor(files) {
    this.update(files);
    for (const name of Object.keys(files)) symlinkSync(join('..data', name), join(this.directory, name));
  }

  /** As the kubelet's AtomicWriter does it. */
  update(files) {
    const at = name => join(this.directory, name);
    const old = this.#version && at(`..${this.#version}`);
    const version = `..${++this.#version}`;
    mkdirSync(at(version));
    for (const [name, text] of Object.entries(files)) writeFileSync(at(join(version, name)), text);
    symlinkSync(version, at('..data_tmp'));
    renameSync(at('..data_tmp'), at('..data'));
    if (old) rmSync(old, { recursive: true });
  }
}
