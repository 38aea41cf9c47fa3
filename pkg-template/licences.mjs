/**
 * The licences of what is compiled into the wasm, as one text: every crate of Cargo.lock that the product is built
 * from, without build scripts, macros and tests, which leave nothing of themselves in it. Where a crate offers a choice
 * the first of `ACCEPTED` is taken; a crate that offers none of them stops the build.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import parse from 'spdx-expression-parse';

/** Permissive licences in order of preference, and the name that their file has where a crate brings several. */
const ACCEPTED = { MIT: /^LICENSE-MIT/i, '0BSD': /^LICENSE-0BSD/i, 'BSD-2-Clause': /^LICENSE-BSD/i, 'BSD-3-Clause': /^LICENSE-BSD/i, Zlib: /^LICENSE-ZLIB/i, 'Unicode-3.0': /^LICENSE-UNICODE/i, 'Apache-2.0': /^LICENSE-APACHE/i };
/** Goes with whatever licence is taken. */
const ALWAYS = /^(PATENTS|NOTICE|COPYRIGHT|LICENSE-THIRD-PARTY)/i;
const PLAIN = /^(LICEN[CS]E|COPYING)(\.md|\.txt)?$/i;

const INTRODUCTION = `slimpix itself is under MIT OR Apache-2.0 (LICENSE-MIT, LICENSE-APACHE). Its WebAssembly is compiled from the
Rust packages below and from Rust's standard library (https://github.com/rust-lang/rust, MIT OR Apache-2.0,
Copyright (c) The Rust Project Contributors). Each package is used under the licence named with it.`;

/** The text for a workspace at `root`; nothing is built. */
export function thirdPartyLicences(root) {
  const crates = shippedCrates(root);
  const list = crates.map(({ name, version, taken, repository }) => `- ${name} ${version} (${taken.join(' AND ')})${repository ? ` ${repository}` : ''}`);
  const texts = [...gather(crates, root)].map(([text, names]) => `${'='.repeat(80)}\n${names.join(', ')}\n${'='.repeat(80)}\n\n${text}\n`);
  return `${INTRODUCTION}\n\n${list.join('\n')}\n\n${texts.join('\n')}`;
}

/** What the largest variant is made of: the smaller ones are made of less. */
function shippedCrates(root) {
  const { packages, resolve, workspace_members: own } = metadata(root);
  const crateOf = new Map(packages.map((crate) => [crate.id, crate]));
  const nodeOf = new Map(resolve.nodes.map((node) => [node.id, node]));
  const found = new Set();
  const visit = (id) => {
    if (found.has(id) || crateOf.get(id).targets.some(({ kind }) => kind.includes('proc-macro'))) return;
    found.add(id);
    for (const { pkg, dep_kinds: kinds } of nodeOf.get(id).deps) if (kinds.some(({ kind }) => kind === null)) visit(pkg);
  };
  visit(packages.find(({ name }) => name === 'slimpix').id);
  const foreign = [...found].filter((id) => !own.includes(id)).map((id) => crateOf.get(id));
  foreign.sort((a, b) => a.name.localeCompare(b.name, 'en') || a.version.localeCompare(b.version, 'en'));
  return foreign.map((crate) => ({ ...crate, taken: choose(crate) }));
}

function metadata(root) {
  const args = ['metadata', '--locked', '--format-version', '1', '--filter-platform', 'wasm32-unknown-unknown', '--features', 'threads'];
  const { status, stdout, stderr, error } = spawnSync('cargo', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`cargo ${args.join(' ')} failed: ${error?.message ?? stderr}`);
  return JSON.parse(stdout);
}

/** The licences to keep to: one of a choice, all of a conjunction. */
function choose({ name, license }) {
  const ways = waysOf(parse(license.replaceAll('/', ' OR '))).filter((ids) => ids.every((id) => id in ACCEPTED));
  if (ways.length === 0) throw new Error(`${name} is under ${license}, which licences.mjs does not accept`);
  const cost = (ids) => Math.max(...ids.map((id) => Object.keys(ACCEPTED).indexOf(id))) + ids.length;
  return ways.sort((a, b) => cost(a) - cost(b))[0];
}

function waysOf({ conjunction, left, right, license, exception }) {
  if (license) return [[exception ? `${license} WITH ${exception}` : license]];
  if (conjunction === 'or') return [...waysOf(left), ...waysOf(right)];
  return waysOf(left).flatMap((one) => waysOf(right).map((other) => [...one, ...other]));
}

/** Each text once, with the packages that it goes with. */
function gather(crates, root) {
  const gathered = new Map();
  for (const crate of crates) {
    for (const text of textsOf(crate, root)) gathered.set(text, [...(gathered.get(text) ?? []), `${crate.name} ${crate.version}`]);
  }
  return gathered;
}

function textsOf({ name, authors, taken, manifest_path: manifest }, root) {
  const folder = dirname(manifest);
  const files = readdirSync(folder);
  const read = (file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim();
  const own = taken.map((id) => {
    const file = files.find((file) => ACCEPTED[id].test(file)) ?? files.find((file) => PLAIN.test(file));
    if (file) return read(file);
    if (id === 'MIT') return plainMit(authors.length > 0 ? authors.join(', ') : `the authors of ${name}`, root);
    throw new Error(`${name} names the licence ${id} and brings no text of it`);
  });
  return new Set([...own, ...files.filter((file) => ALWAYS.test(file)).map(read)]);
}

/** For packages that name the licence and forgot its file: our own copy, with their names in it. */
function plainMit(holders, root) {
  return readFileSync(join(root, 'LICENSE-MIT'), 'utf8').replace(/^Copyright.*$/m, `Copyright (c) ${holders}`).trim();
}
