/** Finding, making and placing elements, in a word each. */

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

/** A popover opens below its button; CSS alone cannot say so everywhere yet. */
export function hangBubbles() {
  for (const button of document.querySelectorAll('[popovertarget]')) {
    const bubble = byId(button.getAttribute('popovertarget'));
    bubble.addEventListener('beforetoggle', () => {
      const { right, bottom } = button.getBoundingClientRect();
      bubble.style.top = `${bottom + 8}px`;
      bubble.style.right = `${Math.max(12, innerWidth - right)}px`;
    });
  }
}
