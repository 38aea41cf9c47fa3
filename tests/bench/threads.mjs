/** `npm run bench -- threads`: one AVIF of 2048 × 1536 in an isolated page, on one thread and on two, in alternation. */
import { browsers } from '../browser/browsers.mjs';

const ROUNDS = 3;
const COUNTS = [1, 2];

for (const { name, skip, open } of browsers) {
  if (skip) {
    console.log(`${name}: ${skip}`);
    continue;
  }
  const page = await open({ isolated: true });
  const found = await page.evaluate(async ([counts, rounds]) => (await import('/tests/threads.page.js')).times(counts, rounds), [COUNTS, ROUNDS]);
  await page.close();
  const sums = found.map((times) => times.reduce((sum, time) => sum + time, 0));
  console.log(`${name}: ${sums.map((sum, at) => `${COUNTS[at]} threads ${(sum / ROUNDS / 1000).toFixed(2)} s`).join(', ')}: ratio ${(sums[0] / sums[1]).toFixed(2)}`);
}
