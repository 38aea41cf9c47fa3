/**
 * The page's program. Pictures come in (page/intake.js), go through the package (page/compressor.js) by the settings of
 * the form (page/settings-form.js), and are looked at (page/viewer.js), listed (page/table.js) and saved (page/save.js).
 */
import { ImageCompressionService } from 'slimpix';
import { Beside } from './page/beside.js';
import { showCodeOn } from './page/code.js';
import { Compressor } from './page/compressor.js';
import { byId, hangBubbles } from './page/dom.js';
import { listenForPictures, listSamples, openSample } from './page/intake.js';
import { Pictures } from './page/pictures.js';
import { showResult } from './page/result.js';
import { canPickFolder, saveFile, saveIntoFolder, saveZip } from './page/save.js';
import { SettingsForm } from './page/settings-form.js';
import { configOf } from './page/settings.js';
import { Table } from './page/table.js';
import { Viewer } from './page/viewer.js';
import { amount, change, count, formatName } from './page/words.js';

const service = new ImageCompressionService();
const pictures = new Pictures();
const compressor = new Compressor(pictures, service);
const viewer = new Viewer();
const beside = new Beside(viewer, service);
const form = new SettingsForm(() => {
  compressor.follow(configOf(form.settings));
  look();
});
new Table(pictures, {
  select: (picture) => {
    pictures.select(picture);
    byId('viewer').scrollIntoView({ block: 'nearest' });
  },
  save: ({ outputs, name }) => (outputs.length > 1 ? saveZip(outputs.map(({ file, path }) => ({ file, name: path })), `${name}.zip`) : saveFile(outputs[0].file)),
  retry: (picture) => compressor.goOn(configOf(form.settings), [picture]),
  remove: (picture) => remove(picture),
});

pictures.addEventListener('selected', look);
pictures.addEventListener('changed', ({ detail }) => {
  if (detail.has(pictures.selected)) look();
  showWork();
});
pictures.addEventListener('list', showWork);
pictures.addEventListener('rest', () => {
  showWork();
  say(summary());
});

listenForPictures(take);
listenToButtons();
hangBubbles();
showCodeOn(byId('show-code'), () => ({ config: configOf(form.settings), name: pictures.selected?.name ?? 'photo.jpg', isMany: pictures.all.length > 1 }));
void startWithSample();
void prepareForOffline();

function take(files, { isSample, emptyFolders = [] } = {}) {
  byId('notice').textContent = emptyFolders.length > 0 ? `No pictures found in ${emptyFolders.map((name) => `“${name}”`).join(', ')}.` : '';
  if (files.length === 0) return;
  pictures.add(files, { isSample });
  compressor.goOn(configOf(form.settings));
}

/** Shows the picture that is looked at, as far as it is. */
function look() {
  const picture = pictures.selected;
  const [output] = picture?.outputs ?? [];
  if (output) viewer.frame(output, form.settings.sizing === 'box' ? form.settings.fit : undefined);
  void viewer.show('right', output?.file, `${picture?.name}, compressed`);
  void beside.show(picture, form.settings);
  byId('right-name').textContent = output ? formatName(output.format) : '';
  byId('right-note').textContent = output ? amount(output.size) : '';
  form.lookAt(picture);
  showResult(picture, () => compressor.goOn(configOf(form.settings), [picture]));
}

function showWork() {
  const { all } = pictures;
  const open = pictures.in('waiting', 'working');
  byId('work-bar').hidden = open.length === 0;
  if (open.length === 0) return;
  const share = all.reduce((sum, { state, ratio }) => sum + (state === 'working' ? ratio : Number(state !== 'waiting')), 0) / all.length;
  byId('work-progress').value = share;
  byId('work-words').textContent = all.length === 1 ? `${Math.round(share * 100)} %` : `${all.length - open.length} of ${all.length}`;
}

function summary() {
  const done = pictures.in('done');
  if (pictures.all.length === 0) return 'All pictures removed.';
  if (pictures.in('stopped').length > 0) return 'Cancelled.';
  if (pictures.all.length > 1) return `${count(done.length, 'picture')} done, ${pictures.in('failed').length} failed.`;
  const [picture] = done;
  return picture ? `${picture.outputs[0].path}: ${amount(picture.outputs[0].size)}, ${change(picture.file.size, picture.outputs[0].size)}.` : 'The picture could not be compressed.';
}

function say(text) {
  byId('status').textContent = text;
}

function listenToButtons() {
  byId('save-folder').hidden = !canPickFolder;
  const acts = {
    cancel: () => {
      compressor.cancel();
      showWork();
      say('Cancelled.');
    },
    'save-zip': () => saveZip(pictures.outputs),
    'save-folder': async () => (await saveIntoFolder(pictures.outputs)) && say(`${count(pictures.outputs.length, 'file')} saved.`),
    'retry-all': () => compressor.goOn(configOf(form.settings), pictures.in('failed', 'stopped')),
    'remove-all': () => {
      compressor.cancel();
      pictures.clear();
      byId('open-files').focus();
    },
  };
  for (const [id, act] of Object.entries(acts)) byId(id).addEventListener('click', act);
}

/** The focus goes to what took the removed one's place, and is never lost. */
function remove(picture) {
  const row = pictures.all.indexOf(picture);
  pictures.remove(picture);
  const next = byId('rows').rows[Math.min(row, pictures.all.length - 1)];
  (byId('list').hidden ? byId('open-files') : next?.querySelector('.remove'))?.focus();
}

/** So that the page shows what it does before anything is asked of anyone. */
async function startWithSample() {
  const [first] = await listSamples();
  if (first && pictures.all.length === 0) {
    const files = await openSample(first);
    if (pictures.all.length === 0) take(files, { isSample: true });
  }
}

async function prepareForOffline() {
  byId('thread-state').textContent = crossOriginIsolated ? 'This host lets the page share memory: AVIF uses several processor cores for one picture.' : '';
  if (!navigator.serviceWorker) return;
  await navigator.serviceWorker.register('offline.js').catch(() => undefined);
  await navigator.serviceWorker.ready;
  byId('offline-state').textContent = 'All of the page is on this device now. Switch the network off, reload, and go on working.';
  document.documentElement.dataset.offline = 'ready';
}
