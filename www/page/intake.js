/** Where pictures come from: dropped files and folders, the clipboard, the two pickers, and the samples. */
import { byId, element } from './dom.js';

const PICTURE_NAME = /\.(avif|bmp|gif|heic|heif|ico|jfif|jpe?g|png|tiff?|webp)$/i;

/**
 * `take(files, {isSample, emptyFolders})` hears of every `{file, name}`, in names from folders '/' leads through them;
 * and of folders that hold no picture.
 */
export function listenForPictures(take) {
  listenToPickers(take);
  listenToDrops(take);
  addEventListener('paste', ({ clipboardData }) => take([...clipboardData.files].map(named)));
  offerSamples(take);
}

const named = (file) => ({ file, name: file.name || 'pasted.png' });
const isPicture = ({ file, name }) => !/(^|\/)\./.test(name) && (file.type.startsWith('image/') || PICTURE_NAME.test(name));

function listenToPickers(take) {
  byId('open-folder').hidden = !('webkitdirectory' in byId('folder'));
  for (const [button, input] of [['open-files', 'files'], ['open-folder', 'folder']]) {
    byId(button).addEventListener('click', () => byId(input).click());
    byId(input).addEventListener('change', ({ target }) => {
      const found = [...target.files].map((file) => ({ file, name: file.webkitRelativePath || file.name }));
      if (input === 'folder') takeEach([ofFolder(found[0]?.name.split('/')[0] ?? 'the folder', found)], take);
      else take(found);
      // The same choice again is a choice too.
      target.value = '';
    });
  }
}

function listenToDrops(take) {
  const mark = (isOver) => document.body.classList.toggle('over', isOver);
  const holdsFiles = ({ dataTransfer }) => dataTransfer.types.includes('Files');
  addEventListener('dragover', (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    mark(true);
  });
  addEventListener('dragleave', ({ relatedTarget }) => relatedTarget ?? mark(false));
  addEventListener('drop', async (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    mark(false);
    takeEach(await dropped(event.dataTransfer), take);
  });
}

/** What was dropped itself is taken as it is; of a folder only what looks like a picture. */
async function dropped({ items, files }) {
  const entries = [...items].map((item) => item.webkitGetAsEntry?.());
  if (entries.some((entry) => !entry)) return [{ found: [...files].map(named) }];
  return Promise.all(entries.map(async (entry) => (entry.isFile ? { found: [named(await fileOf(entry))] } : ofFolder(entry.name, await filesBelow(entry)))));
}

const ofFolder = (folder, files) => ({ folder, found: files.filter(isPicture) });

function takeEach(sources, take) {
  take(sources.flatMap(({ found }) => found), { emptyFolders: sources.filter(({ found }) => found.length === 0).map(({ folder }) => folder) });
}

const fileOf = (entry) => new Promise((resolve, reject) => entry.file(resolve, reject));

async function filesBelow(folder) {
  const found = [];
  for (const entry of await entriesOf(folder)) {
    if (entry.isDirectory) found.push(...(await filesBelow(entry)));
    else found.push({ file: await fileOf(entry), name: entry.fullPath.slice(1) });
  }
  return found;
}

/** A reader gives some at a time, and none at the end. */
async function entriesOf(folder) {
  const reader = folder.createReader();
  const all = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all.sort((a, b) => (a.name < b.name ? -1 : 1));
    all.push(...some);
  }
}

/** Samples are drawn when the page is built; `drawn/samples.json` lists them. */
export async function listSamples() {
  const response = await fetch('drawn/samples.json');
  return response.ok ? response.json() : [];
}

export async function openSample({ file, type }) {
  const response = await fetch(`drawn/${file}`);
  const name = file.split('/').at(-1);
  return response.ok ? [{ file: new File([await response.blob()], name, { type }), name }] : [];
}

async function offerSamples(take) {
  const bubble = byId('samples');
  for (const sample of await listSamples()) {
    const onclick = async () => {
      bubble.hidePopover();
      take(await openSample(sample), { isSample: true });
    };
    bubble.append(element('button', { type: 'button', onclick }, sample.title));
  }
}
