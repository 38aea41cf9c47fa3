/**
 * Starts a Worker on this machine in Cloudflare's own engine, workerd, by its wrangler.json: what `wrangler dev` does,
 * without a bundler. The modules are handed over as they are uploaded, the wasm compiled ahead of time.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { init, parse } from 'es-module-lexer';
import { Miniflare } from 'miniflare';

await init;

const root = fileURLToPath(new URL('..', import.meta.url));

/** An example's folder by its name. `main` takes the place of its entry; `options` are Miniflare's. */
export function startExample(name, { main, ...options } = {}) {
  const config = JSON.parse(readFileSync(join(root, 'examples', name, 'wrangler.json'), 'utf8'));
  const sources = [...scriptsIn(`${name}/src`), ...scriptsIn('shared'), bareName(`${name}/src/`), bareName(`${name}/`)];
  const entry = main ?? `export { default } from './${config.main}';`;
  const settings = merge(fromWrangler(config), options);
  return start(entry, settings, sources, `${name}/main.js`);
}

/** Where they lie below examples/, so that they find each other as they do there. */
function scriptsIn(folder) {
  const path = join(root, 'examples', folder);
  return readdirSync(path).map((file) => script(`${folder}/${file}`, readFileSync(join(path, file), 'utf8')));
}

/** A Worker from one script that imports `slimpix`, and its own files if it has any. `cf: false` asks nothing of the network. */
export function start(main, options = {}, sources = [], path = 'main.js') {
  const modules = [script(path, main), ...sources, ...packageModules()];
  return new Miniflare({ compatibilityDate: '2026-04-01', cf: false, modulesRoot: '.', modules, ...options });
}

/** Whatever Workers' entry reaches lies in slimpix/, and the bare name leads there. */
function packageModules() {
  const dist = join(root, 'pkg/dist');
  const files = new Map();
  const add = (name) => {
    if (files.has(name)) return;
    const contents = readFileSync(join(dist, name), name.endsWith('.wasm') ? null : 'utf8');
    files.set(name, contents);
    if (name.endsWith('.js')) for (const { specifier } of parse(contents)[0]) if (specifier?.startsWith('./')) add(specifier.slice(2));
  };
  add('entry-workerd.js');
  const modules = [...files].map(([name, contents]) => (name.endsWith('.wasm') ? { type: 'CompiledWasm', path: `slimpix/${name}`, contents } : script(`slimpix/${name}`, contents)));
  return [...modules, bareName('')];
}

/** To workerd a bare name is one in the folder of the script that imports it. */
function bareName(folder) {
  const up = '../'.repeat(folder.split('/').length - 1) || './';
  return script(`${folder}slimpix`, `export * from '${up}slimpix/entry-workerd.js';`);
}

function script(path, contents) {
  return { type: 'ESModule', path, contents };
}

/** The part of wrangler.json that the examples use, in Miniflare's words. */
function fromWrangler({ compatibility_date, vars, r2_buckets = [], queues: { producers = [], consumers = [] } = {} }) {
  return {
    compatibilityDate: compatibility_date,
    bindings: vars ?? {},
    r2Buckets: Object.fromEntries(r2_buckets.map(({ binding, bucket_name }) => [binding, bucket_name])),
    queueProducers: Object.fromEntries(producers.map(({ binding, queue }) => [binding, { queueName: queue }])),
    queueConsumers: Object.fromEntries(consumers.map((consumer) => [consumer.queue, {
      maxBatchSize: consumer.max_batch_size,
      maxBatchTimeout: consumer.max_batch_timeout,
      maxRetries: consumer.max_retries,
      retryDelay: consumer.retry_delay,
      deadLetterQueue: consumer.dead_letter_queue,
    }])),
  };
}

/** One level deep, so that a test changes one binding or one queue and keeps the rest. */
function merge(settings, changes) {
  const merged = { ...settings, ...changes };
  for (const key of ['bindings', 'queueConsumers']) merged[key] = { ...settings[key], ...changes[key] };
  return merged;
}
