/** The page's whole program: a picture comes in by drop, choice or sample; it is compressed again when a setting changes. */
import { compressImage } from 'slimpix';
import { samplePictures } from './samples.js';

const element = (id) => document.getElementById(id);
let picture;

for (const { name, title } of samplePictures) element('sample').add(new Option(title, name));

element('settings').addEventListener('change', ({ target }) => {
  if (target.id === 'file') picture = target.files[0];
  if (target.id === 'sample') picture = samplePictures.find(({ name }) => name === target.value)?.draw();
  show();
});
addEventListener('dragover', (event) => {
  event.preventDefault();
  document.body.classList.add('over');
});
addEventListener('dragleave', () => document.body.classList.remove('over'));
addEventListener('drop', (event) => {
  event.preventDefault();
  document.body.classList.remove('over');
  picture = event.dataTransfer.files[0] ?? picture;
  show();
});

async function show() {
  if (!picture) return;
  say('Compressing…');
  // Work runs on the page's own thread; without this pause the line above would never be seen.
  await new Promise((resolve) => setTimeout(resolve, 30));
  try {
    present(await compressImage(picture, settings()));
  } catch (error) {
    say(`${error.message} (${error.code})`);
  }
}

function settings() {
  const number = (id) => (element(id).value === '' ? undefined : Number(element(id).value));
  return { format: element('format').value, quality: number('quality'), maxDimension: number('maxDimension') };
}

function present({ data, mimeType, format, width, height, size, inputSize }) {
  const link = element('download');
  URL.revokeObjectURL(link.href);
  link.href = element('picture').src = URL.createObjectURL(new Blob([data], { type: mimeType }));
  link.download = `${(picture.name ?? 'picture').replace(/\.[^.]*$/, '')}.${format === 'jpeg' ? 'jpg' : format}`;
  link.textContent = `Save ${link.download}`;
  link.hidden = element('picture').hidden = false;
  say(`${kilo(inputSize)} → ${kilo(size)}, ${width} × ${height}, ${Math.round(100 * (1 - size / inputSize))} % smaller`);
}

const kilo = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

function say(text) {
  element('status').textContent = text;
}
