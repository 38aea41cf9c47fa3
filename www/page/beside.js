/** The left side of the viewer: the original, or the same picture in a second format, which takes its place once it is done. */
import { byId } from './dom.js';
import { besideConfigOf } from './settings.js';
import { amount, change, seconds, whatWentWrong } from './words.js';

export class Beside {
  #viewer;
  #service;
  #stop = new AbortController();
  #wanted = '';

  constructor(viewer, service) {
    this.#viewer = viewer;
    this.#service = service;
  }

  async show(picture, settings) {
    const config = settings.beside === 'original' ? undefined : besideConfigOf(settings);
    const wanted = JSON.stringify([picture?.id, config]);
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    this.#stop.abort();
    this.#stop = new AbortController();
    if (!picture) return void this.#viewer.show('left', undefined);
    await (config ? this.#compressed(picture, config, this.#stop.signal) : this.#original(picture, this.#stop.signal));
  }

  async #original(picture, signal) {
    this.#note(amount(picture.file.size));
    const size = await this.#viewer.show('left', picture.file, `${picture.name}, original`);
    if (signal.aborted) return;
    if (size && picture.outputs.length === 0) this.#viewer.frame(size);
    if (!size) await this.#translated(picture, signal);
  }

  /** What the browser cannot show (TIFF, as a rule) slimpix turns into what it can. */
  async #translated(picture, signal) {
    const config = { format: 'png', maxDimension: 65535, optimize: false, animated: 'first', signal };
    const shown = await this.#service.compressImage(picture.file, config).catch(() => undefined);
    if (shown && !signal.aborted) await this.#viewer.show('left', shown.file, `${picture.name}, original`);
  }

  async #compressed(picture, config, signal) {
    this.#note('…');
    await this.#viewer.show('left', picture.file, `${picture.name}, original`);
    const begun = performance.now();
    try {
      const { file, size, score } = await this.#service.compressImage(picture.file, { ...config, score: true, signal });
      this.#note(`${amount(size)} (${change(picture.file.size, size)}), likeness ${score.toFixed(0)}, ${seconds(performance.now() - begun)}`);
      await this.#viewer.show('left', file, `${picture.name}, ${config.format}`);
    } catch (error) {
      if (!signal.aborted) this.#note(whatWentWrong(error, picture.file));
    }
  }

  #note(text) {
    byId('left-note').textContent = text;
  }
}
