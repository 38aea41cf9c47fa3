/**
 * Hours of daylight through the year at several latitudes, computed by the sunrise equation: flat colour, fine
 * lines, lettering and a light gradient, which is what charts and screenshots ask of a codec.
 */
import { Canvas, clamp, hex, mixColour, segmentDistance } from './canvas.js';
import { drawText, textWidth } from './lettering.js';

const [WIDTH, HEIGHT] = [1200, 800];
const PLOT = { left: 110, top: 170, right: 1010, bottom: 690 };
const INK = hex('#26304d');
const SERIES = [
  { latitude: 65, colour: hex('#6a4cf0') },
  { latitude: 52, colour: hex('#1f9bde') },
  { latitude: 40, colour: hex('#1db981') },
  { latitude: 23, colour: hex('#f5a524') },
  { latitude: 0, colour: hex('#ef5a6f') },
];

export function drawChart() {
  const canvas = new Canvas(WIDTH, HEIGHT);
  canvas.fill((x, y) => mixColour(hex('#ffffff'), hex('#eef2fb'), clamp(y / HEIGHT + (x / WIDTH - 0.5) * 0.2)));
  drawText(canvas, 'HOURS OF DAYLIGHT', PLOT.left, 56, 34, INK, 4.4, 1.02);
  drawText(canvas, 'THROUGH THE YEAR, BY LATITUDE NORTH', PLOT.left, 112, 14, hex('#6d789b'), 1.7, 1.12);
  drawAxes(canvas);
  for (const series of SERIES) drawSeries(canvas, series);
  return canvas.toPixels();
}

function drawAxes(canvas) {
  for (let hours = 0; hours <= 24; hours += 4) {
    const y = toY(hours);
    canvas.stroke([[PLOT.left, y], [PLOT.right, y]], hex(hours === 0 ? '#8f9abb' : '#d5dcee'), hours === 0 ? 2 : 1.2);
    const label = String(hours);
    drawText(canvas, label, PLOT.left - 20 - textWidth(label, 14), y - 7, 14, hex('#6d789b'), 1.8);
  }
  [...'JFMAMJJASOND'].forEach((month, i) => {
    const x = toX(((i + 0.5) / 12) * 365);
    drawText(canvas, month, x - 5, PLOT.bottom + 22, 15, hex('#6d789b'), 1.8);
    canvas.stroke([[toX((i / 12) * 365), PLOT.bottom], [toX((i / 12) * 365), PLOT.bottom + 8]], hex('#8f9abb'), 1.2);
  });
}

function drawSeries(canvas, series) {
  const { latitude, colour } = series;
  const points = Array.from({ length: 184 }, (_, i) => [toX(i * 2), toY(daylight(latitude, i * 2))]);
  if (series === SERIES[0]) shadeBelow(canvas, points, colour);
  canvas.stroke(points, [1, 1, 1], 8);
  canvas.stroke(points, colour, 4.2);
  dot(canvas, toX(172), toY(daylight(latitude, 172)), colour);
  const end = points.at(-1);
  canvas.stroke([[end[0] + 14, legendY(latitude)], [end[0] + 44, legendY(latitude)]], colour, 7);
  drawText(canvas, `${latitude}°`, end[0] + 58, legendY(latitude) - 8, 16, INK, 2);
}

/** A wash of the line's colour that fades towards the axis. */
function shadeBelow(canvas, points, colour) {
  const heightAt = (x) => {
    const at = clamp((x - PLOT.left) / (PLOT.right - PLOT.left)) * (points.length - 1);
    return points[Math.round(at)][1];
  };
  const coverage = (x, y) => (y > heightAt(x) ? 0.2 * clamp(1 - (y - heightAt(x)) / 420) : 0);
  canvas.paint([PLOT.left, PLOT.top, PLOT.right, PLOT.bottom], coverage, () => colour);
}

function dot(canvas, x, y, colour) {
  const disc = (size) => (px, py) => clamp(size + 0.5 - segmentDistance(px, py, [x, y], [x, y]));
  const box = [x - 12, y - 12, x + 13, y + 13];
  canvas.paint(box, disc(9.5), () => colour);
  canvas.paint(box, disc(5), () => [1, 1, 1]);
}

/** The sunrise equation with the sun's declination as a cosine of the date; −0.833° is refraction and the sun's radius. */
function daylight(latitude, day) {
  const radians = Math.PI / 180;
  const declination = -23.44 * Math.cos(((day + 10) / 365) * 2 * Math.PI) * radians;
  const phi = latitude * radians;
  const cosine = (Math.sin(-0.833 * radians) - Math.sin(phi) * Math.sin(declination)) / (Math.cos(phi) * Math.cos(declination));
  return (24 / Math.PI) * Math.acos(clamp(cosine, -1, 1));
}

const legendY = (latitude) => toY(20) + SERIES.findIndex((series) => series.latitude === latitude) * 38;
const toX = (day) => PLOT.left + (day / 366) * (PLOT.right - PLOT.left);
const toY = (hours) => PLOT.bottom - (hours / 24) * (PLOT.bottom - PLOT.top);
