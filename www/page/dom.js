/** Finding and making elements, in two words. */

export const byId = (id) => document.getElementById(id);

/** `element('a', {href, className, onclick}, 'text', child)`; a property that is undefined is left out. */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined) continue;
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
}
