/**
 * A stroke alphabet on a grid 4 wide and 6 high: each letter is a few pen strokes, and strokes marked '~' are
 * rounded by cutting their corners. Drawn with a round pen of any weight.
 */

/** From one letter's left to the next one's: letters are 4 wide, but for these. */
const ADVANCE = 5.6;
const NARROW = { I: 2.4, ' ': 3.6, '.': 2.4, ',': 2.4, '°': 3.4 };
const GLYPHS = {
  A: '0,6 2,0 4,6|.7,4.2 3.3,4.2',
  B: '0,0 0,6|~0,0 3.6,0 3.6,2.8 0,2.8|~0,2.8 4,2.8 4,6 0,6',
  C: '~4,1 3.4,0 0,0 0,6 3.4,6 4,5',
  D: '0,0 0,6|~0,0 4,0 4,6 0,6',
  E: '4,0 0,0 0,6 4,6|0,2.9 3.2,2.9',
  F: '4,0 0,0 0,6|0,2.9 3.2,2.9',
  G: '~4,1 3.4,0 0,0 0,6 4,6 4,3.2|2.3,3.2 4,3.2',
  H: '0,0 0,6|4,0 4,6|0,3 4,3',
  I: '.4,0 .4,6',
  J: '~3.4,0 3.4,6 0,6 0,4.4',
  K: '0,0 0,6|4,0 0,3.4|1.3,2.4 4,6',
  L: '0,0 0,6 3.8,6',
  M: '0,6 0,0 2,3.6 4,0 4,6',
  N: '0,6 0,0 4,6 4,0',
  O: '~2,0 0,0 0,6 4,6 4,0 2,0',
  P: '0,6 0,0|~0,0 4,0 4,3.2 0,3.2',
  R: '0,6 0,0|~0,0 4,0 4,3 0,3|1.9,3 4,6',
  S: '~3.9,.9 3.2,0 0,0 0,2.9 4,2.9 4,6 .7,6 .1,5',
  T: '0,0 4,0|2,0 2,6',
  U: '~0,0 0,6 4,6 4,0',
  V: '0,0 2,6 4,0',
  W: '0,0 1,6 2,1.8 3,6 4,0',
  X: '0,0 4,6|4,0 0,6',
  Y: '0,0 2,3 4,0|2,3 2,6',
  Z: '0,0 4,0 0,6 4,6',
  0: '~2,0 .2,0 .2,6 3.8,6 3.8,0 2,0',
  1: '.8,1.2 2.2,0 2.2,6',
  2: '~0,1.4 0,0 4,0 4,2.4 0,6|0,6 4,6',
  3: '~.1,1 .1,0 3.8,0 3.8,2.8 1.5,2.8|~1.5,2.8 4,2.8 4,6 0,6 0,5',
  4: '3,6 3,0 0,4.2 4,4.2',
  5: '3.7,0 .5,0 .3,2.6|~.3,2.6 4,2 4,6 0,6 0,5',
  6: '~3.7,.6 3,0 0,0 0,6 4,6 4,2.5 0,2.5 0,4',
  8: '~2,0 .3,0 .3,2.8 3.7,2.8 3.7,0 2,0|~2,2.8 0,2.8 0,6 4,6 4,2.8 2,2.8',
  '°': '~1,0 0,0 0,1.8 1.8,1.8 1.8,0 1,0',
  '.': '.3,6 .5,6',
  ',': '.6,5.8 .2,7',
  ' ': '',
};

const glyphs = Object.fromEntries(Object.entries(GLYPHS).map(([letter, text]) => [letter, strokes(text)]));

function strokes(text) {
  return text.split('|').filter(Boolean).map((stroke) => {
    const points = stroke.replace('~', '').split(' ').map((pair) => pair.split(',').map(Number));
    return stroke.startsWith('~') ? rounded(rounded(rounded(points))) : points;
  });
}

/** Chaikin's corner cutting, the ends kept. */
function rounded(points) {
  const cut = points.slice(1).flatMap((b, i) => {
    const a = points[i];
    const at = (t) => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
    return [at(0.25), at(0.75)];
  });
  return [points[0], ...cut.slice(1, -1), points.at(-1)];
}

const advance = (letter) => NARROW[letter] ?? ADVANCE;

export function textWidth(text, size, spacing = 1) {
  const widths = [...text].map((letter) => advance(letter) * spacing);
  return (widths.reduce((sum, width) => sum + width, 0) - 1.6 * spacing) * (size / 6);
}

/** Draws `text` with its top left at (x, y); `size` is the height of a capital. */
export function drawText(canvas, text, x, y, size, colour, weight, spacing = 1) {
  const scale = size / 6;
  for (const letter of text) {
    for (const stroke of glyphs[letter] ?? []) {
      canvas.stroke(stroke.map(([px, py]) => [x + px * scale, y + py * scale]), colour, weight);
    }
    x += advance(letter) * spacing * scale;
  }
}
