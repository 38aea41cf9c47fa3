/**
 * The pictures on the page, and the one that is looked at. Whoever shows them listens: 'list' when some came or went,
 * 'changed' when something about some of them changed (the event's `detail` is their set), 'selected' when another is
 * looked at. Changes are gathered and told once a frame, so that a thousand cost no more than one.
 *
 * A picture's state goes waiting → working → done | failed | stopped. Its outputs stay until better ones replace them,
 * so that the eye keeps something while a setting is tried.
 */
export class Pictures extends EventTarget {
  all = [];
  selected;
  #lastId = 0;
  #changed = new Set();

  /** `files` are `{file, name}`; what a sample stood in for leaves when somebody's own pictures come. */
  add(files, { isSample = false } = {}) {
    if (files.length === 0) return;
    this.all = this.all.filter((picture) => !picture.isSample);
    const taken = new Set(this.all.map(({ name }) => name));
    const added = files.map(({ file, name }) => ({ id: (this.#lastId += 1), file, name: free(name, taken), isSample, state: 'waiting', ratio: 0, outputs: [] }));
    this.all.push(...added);
    this.#tell('list');
    if (added.length < this.all.length && this.all.includes(this.selected)) return;
    this.select(added[0]);
  }

  remove(picture) {
    const place = this.all.indexOf(picture);
    this.all = this.all.filter((other) => other !== picture);
    this.#tell('list');
    if (picture === this.selected) this.select(this.all[Math.min(place, this.all.length - 1)]);
  }

  clear() {
    this.all = [];
    this.#tell('list');
    this.select(undefined);
  }

  select(picture) {
    this.selected = picture;
    this.#tell('selected', picture);
  }

  update(picture, changes) {
    Object.assign(picture, changes);
    if (this.#changed.size === 0) requestAnimationFrame(() => this.tellChanges());
    this.#changed.add(picture);
  }

  /** Now, and not with the next frame: for what a person asked for. */
  tellChanges() {
    const changed = this.#changed;
    this.#changed = new Set();
    if (changed.size > 0) this.#tell('changed', changed);
  }

  in(...states) {
    return this.all.filter(({ state }) => states.includes(state));
  }

  /** Every file that was made by the settings of now, each with a name that no other has. */
  get outputs() {
    const taken = new Set();
    return this.in('done').flatMap(({ outputs }) => outputs).map(({ file, path }) => ({ file, name: free(path, taken) }));
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** 'a.jpg', or 'a (2).jpg' where that is taken; notes it as taken. */
function free(name, taken) {
  const [, stem, extension] = /^(.*?)(\.[^./]*)?$/s.exec(name);
  let found = name;
  for (let n = 2; taken.has(found); n++) found = `${stem} (${n})${extension ?? ''}`;
  taken.add(found);
  return found;
}
