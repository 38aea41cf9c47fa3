/**
 * Sends the pictures through the package: all that wait, as one batch, the one that is looked at first; one that is
 * chosen later goes ahead. A change of settings ends the batch and begins another.
 *
 * The batch is given its pictures one by one, as it asks for them: so those that were removed are never begun, those
 * that came late are taken along, and progress is told for each picture rather than for the whole.
 */
import { personalData } from './personal-data.js';

export class Compressor {
  #pictures;
  #service;
  #config;
  #stop = new AbortController();
  #runs = false;
  /** What has been handed to the batch that runs. */
  #taken = new WeakSet();
  /** What goes ahead of it. */
  #ahead = Promise.resolve();

  constructor(pictures, service) {
    this.#pictures = pictures;
    this.#service = service;
    pictures.addEventListener('selected', ({ detail }) => this.#goAhead(detail));
  }

  /** Everything again, by this configuration; nothing where it is the one that is followed already. */
  follow(config) {
    if (JSON.stringify(config) === JSON.stringify(this.#config)) return;
    this.#config = config;
    this.#stop.abort();
    this.#taken = new WeakSet();
    this.#await(this.#pictures.all);
    void this.#run();
  }

  /** Takes up what waits, and these once more; a batch that runs takes them along. */
  goOn(config, again = []) {
    this.#config = config;
    this.#await(again);
    if (!this.#runs || this.#stop.signal.aborted) void this.#run();
  }

  cancel() {
    this.#stop.abort();
    for (const picture of this.#pictures.in('waiting', 'working')) this.#pictures.update(picture, { state: 'stopped', ratio: 0 });
    this.#pictures.tellChanges();
  }

  #await(pictures) {
    for (const picture of pictures) {
      this.#taken.delete(picture);
      this.#pictures.update(picture, { state: 'waiting', ratio: 0, error: undefined, startedAt: undefined });
    }
    this.#pictures.tellChanges();
  }

  #next() {
    const { all, selected } = this.#pictures;
    return this.#isOpen(selected) ? selected : all.find((picture) => this.#isOpen(picture));
  }

  #isOpen(picture) {
    return picture?.state === 'waiting' && !this.#taken.has(picture);
  }

  async #run() {
    const stop = (this.#stop = new AbortController());
    this.#runs = true;
    try {
      while (!stop.signal.aborted && this.#next()) {
        await this.#batch(stop.signal, this.#inTurn());
        await this.#ahead;
      }
    } catch (error) {
      // A configuration that is refused is refused for all.
      if (!stop.signal.aborted) this.#failAll(error);
    }
    if (stop !== this.#stop) return;
    this.#runs = false;
    this.#pictures.tellChanges();
    this.#pictures.dispatchEvent(new CustomEvent('rest'));
  }

  /** A picture that somebody chooses to look at does not wait for those before it: it is a batch of its own. */
  #goAhead(picture) {
    const { signal } = this.#stop;
    if (!this.#runs || signal.aborted || !this.#isOpen(picture)) return;
    this.#taken.add(picture);
    // What else than an abort could end it ends the other batch too, which tells of it.
    const batch = this.#batch(signal, [picture]).catch(() => undefined);
    this.#ahead = Promise.all([this.#ahead, batch]);
  }

  async #batch(signal, pictures) {
    const begun = [];
    const byName = new Map();
    const onProgress = ({ file, stage, ratio }) => {
      if (!signal.aborted && stage !== 'read' && stage !== 'done') this.#progress(byName.get(file), ratio);
    };
    // Measuring takes time, and a table has no room for it.
    const score = this.#pictures.all.length === 1;
    const batch = this.#service.compressBatch(this.#handOut(pictures, begun, byName, signal), { ...this.#config, score, signal, onProgress });
    for await (const item of batch) await this.#settle(begun[item.index], item, signal);
  }

  *#inTurn() {
    for (let picture = this.#next(); picture; picture = this.#next()) yield picture;
  }

  /** A batch may ask for its pictures after it was stopped, when they are another's. */
  *#handOut(pictures, begun, byName, signal) {
    for (const picture of pictures) {
      if (signal.aborted) return;
      begun.push(picture);
      byName.set(picture.name, picture);
      this.#taken.add(picture);
      yield { image: picture.file, name: picture.name };
    }
  }

  /** The clock of a picture starts when it is worked on, and not while it stands in the queue. */
  #progress(picture, ratio) {
    picture.startedAt ??= performance.now();
    this.#pictures.update(picture, { state: 'working', ratio });
  }

  async #settle(picture, { error, results }, signal) {
    const milliseconds = performance.now() - picture.startedAt;
    const changes = error ? { state: 'failed', error, outputs: [] } : { state: 'done', ratio: 1, milliseconds, ...(await outcome(picture.file, results)) };
    if (!signal.aborted) this.#pictures.update(picture, changes);
  }

  #failAll(error) {
    for (const picture of this.#pictures.in('waiting', 'working')) this.#pictures.update(picture, { state: 'failed', error, outputs: [] });
  }
}

/** What is kept of a result: its file, and what is told of it. The bytes themselves may go. */
async function outcome(input, results) {
  const [{ sourceWidth: width, sourceHeight: height }] = results;
  const outputs = results.map(({ file, path, format, width, height, size, quality, score, variant, warnings }) => ({ file, path, format, width, height, size, quality, score, variant, warnings }));
  return { outputs, width, height, personal: { before: await personalData(input), after: await personalData(outputs[0].file) } };
}
