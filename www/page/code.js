/**
 * "Copy as code": what the page just did, as a program that runs as it stands. In a page it is a function from `File`
 * to `File`; in Node and in a shell it works on the file that is looked at, or on a folder where there are several.
 */
import { byId } from './dom.js';

/** `offer()` says what to write about: `{config, name, isMany}`. */
export function showCodeOn(button, offer) {
  const dialog = byId('code');
  const write = () => {
    const host = dialog.querySelector('[name=host]:checked').value;
    dialog.querySelector('code').textContent = snippet(host, offer());
  };
  dialog.addEventListener('change', write);
  button.addEventListener('click', () => {
    write();
    dialog.showModal();
  });
  byId('close-code').addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', ({ target }) => target === dialog && dialog.close());
  byId('copy-code').addEventListener('click', ({ target }) => copy(target, dialog.querySelector('code').textContent));
}

async function copy(button, text) {
  const said = await navigator.clipboard.writeText(text).then(() => 'Copied', () => 'Select and copy it yourself');
  button.textContent = said;
  setTimeout(() => (button.textContent = 'Copy'), 2000);
}

export function snippet(host, { config, name, isMany }) {
  const write = { page: inPage, node: isMany ? folderInNode : inNode, shell: inShell }[host];
  return write({ config, name: name.split('/').at(-1), isMany });
}

function inPage({ config }) {
  const [call, made, given, what] = config.variants
    ? ['compressVariants', 'results', 'results.map(({ file }) => file)', 'several smaller ones']
    : ['compressImage', '{ file }', 'file', 'a smaller one'];
  return `// npm install slimpix
import { ${call} } from 'slimpix';

/** Takes the File of an <input type="file">, gives ${what}. */
export async function shrink(photo) {
  const ${made} = await ${call}(photo, ${literal(config, '  ')});
  return ${given};
}
`;
}

function inNode({ config, name }) {
  const [call, made] = config.variants ? ['compressVariants', 'results'] : ['compressImage', '{ name, data }'];
  const write = 'await writeFile(`small/${name}`, data);';
  return `// npm install slimpix
import { mkdir, writeFile } from 'node:fs/promises';
import { ${call} } from 'slimpix';

const ${made} = await ${call}(${quote(name)}, ${literal(config)});
await mkdir('small', { recursive: true });
${config.variants ? `for (const { name, data } of results) ${write}` : write}
`;
}

function folderInNode({ config }) {
  return `// npm install slimpix
import { batchCompressDirectory } from 'slimpix';

const { successful, failed } = await batchCompressDirectory('photos', 'small', ${literal(config)});
console.log(\`\${successful.length} written\`);
for (const [name, message] of failed) console.error(name, message);
`;
}

function inShell({ config, name, isMany }) {
  const flags = Object.entries(config).map(([key, value]) => flag(key, value));
  const { metadata, variants } = config;
  const notes = [metadata?.gps === false && '# Here the place cannot be left out alone: no metadata is kept.\n', variants && '# Here all of the sizes are made.\n'].filter(Boolean);
  return `${notes.join('')}npx slimpix ${isMany ? 'photos' : shellQuote(name)} -o small ${flags.join(' ')}`.trim() + '\n';
}

function flag(key, value) {
  const name = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (key === 'variants') return '--variants';
  if (key === 'quality' && typeof value === 'object') return `--quality target=${value.target}`;
  if (key === 'metadata') return value === 'keep' ? '--metadata keep' : '';
  if (typeof value === 'boolean') return value ? `--${name}` : `--no-${name}`;
  return `--${name} ${Array.isArray(value) ? value.join('x') : shellQuote(String(value))}`;
}

const shellQuote = (text) => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
const quote = (text) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** As a person would write it: on one line where that is short. */
function literal(value, indent = '') {
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return `[${value.map((item) => literal(item)).join(', ')}]`;
  if (typeof value !== 'object') return String(value);
  const entries = Object.entries(value).map(([key, inner]) => `${key}: ${literal(inner)}`);
  const isShort = entries.join(', ').length <= 40;
  return isShort ? `{ ${entries.join(', ')} }` : `{\n${entries.map((entry) => `${indent}  ${entry},\n`).join('')}${indent}}`;
}
