/**
 * Sample pictures for whoever has none at hand: drawn pixel by pixel, the same on every run, owing nothing to anyone.
 * A rendered landscape (what photographs ask of a codec), a sticker with soft transparency, and a chart with fine
 * lines and lettering. Each `draw()` gives straight-alpha RGBA as `{data, width, height}`.
 */
import { drawBadge } from './samples/badge.js';
import { drawChart } from './samples/chart.js';
import { drawLake } from './samples/lake.js';

export const samplePictures = [
  { name: 'evening-lake', title: 'Evening lake', draw: drawLake },
  { name: 'aperture-badge', title: 'Aperture badge (transparent)', draw: drawBadge },
  { name: 'daylight-chart', title: 'Hours of daylight', draw: drawChart },
];
