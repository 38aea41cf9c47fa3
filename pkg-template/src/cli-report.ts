/**
 * What the command line prints: a bar on a terminal and a line per file elsewhere while it works, then a table with
 * totals, or one JSON object.
 */
import type { FileOutcome } from './types.js';

export interface Totals {
  readonly done: number;
  readonly failed: number;
  readonly inputSize: number;
  readonly outputSize: number;
}

export interface ProgressLine {
  step(outcome: FileOutcome): void;
  end(): void;
}

const SILENT: ProgressLine = { step() {}, end() {} };

/** Progress goes to the error stream, so that standard output holds the result alone. */
export function progress(total: number, json: boolean): ProgressLine {
  if (json) return SILENT;
  return process.stderr.isTTY ? bar(total) : lines(total);
}

function bar(total: number): ProgressLine {
  const width = 30;
  let done = 0;
  const draw = (name: string) => {
    const filled = total === 0 ? width : Math.round((width * done) / total);
    const text = `${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${done}/${total} ${name}`;
    process.stderr.write(`\r\x1b[K${text.slice(0, (process.stderr.columns || 80) - 1)}`);
  };
  draw('');
  return {
    step(outcome) {
      done += 1;
      draw(outcome.input);
    },
    end: () => void process.stderr.write('\r\x1b[K'),
  };
}

function lines(total: number): ProgressLine {
  let done = 0;
  return {
    step(outcome) {
      done += 1;
      process.stderr.write(`[${done}/${total}] ${sentence(outcome)}\n`);
    },
    end() {},
  };
}

function sentence(outcome: FileOutcome): string {
  if ('error' in outcome) return `${outcome.input}: ${outcome.error.code}: ${outcome.error.message}`;
  return `${outcome.input} → ${outcome.output} (${bytes(outcome.inputSize)} → ${bytes(outcome.result.size)})`;
}

export function report(outcomes: FileOutcome[], json: boolean): Totals {
  const totals = add(outcomes);
  process.stdout.write(json ? `${JSON.stringify(facts(outcomes, totals), null, 2)}\n` : table(outcomes, totals));
  return totals;
}

/** Failed files count neither way: a saving is what the files that came out saved. */
function add(outcomes: FileOutcome[]): Totals {
  const totals = { done: 0, failed: 0, inputSize: 0, outputSize: 0 };
  for (const outcome of outcomes) {
    if ('error' in outcome) {
      totals.failed += 1;
      continue;
    }
    totals.done += 1;
    totals.inputSize += outcome.inputSize;
    totals.outputSize += outcome.result.size;
  }
  return totals;
}

function facts(outcomes: FileOutcome[], totals: Totals): unknown {
  const successful = outcomes.flatMap((outcome) => {
    if ('error' in outcome) return [];
    const { data: _, ...result } = outcome.result;
    return [{ input: outcome.input, output: outcome.output, ...result }];
  });
  const failed = outcomes.flatMap((outcome) =>
    'error' in outcome ? [{ input: outcome.input, code: outcome.error.code, message: outcome.error.message }] : []);
  return { successful, failed, totalInputSize: totals.inputSize, totalOutputSize: totals.outputSize };
}

function table(outcomes: FileOutcome[], totals: Totals): string {
  const rows = outcomes.flatMap((outcome) => ('error' in outcome ? [] : [row(outcome)]));
  const count = `${totals.done} ${totals.done === 1 ? 'file' : 'files'}`;
  const sum = [count, '', '', bytes(totals.inputSize), bytes(totals.outputSize), saving(totals.inputSize, totals.outputSize)];
  const failures = outcomes.flatMap((outcome) => ('error' in outcome ? [`  failed: ${sentence(outcome)}\n`] : []));
  const head = ['input', 'output', 'size', 'before', 'after', 'saved'];
  return (rows.length > 0 ? grid([head, ...rows, sum]) : 'no file was compressed\n') + failures.join('');
}

function row({ input, output, inputSize, result }: Exclude<FileOutcome, { error: unknown }>): string[] {
  const { width, height, size } = result;
  return [short(input), short(output), `${width}×${height}`, bytes(inputSize), bytes(size), saving(inputSize, size)];
}

/** Columns as wide as their widest cell; words to the left, numbers to the right; rules around the body. */
function grid(rows: string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  const line = (cells: string[]) => `  ${cells.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ')}\n`;
  const rule = `  ${'─'.repeat(widths.reduce((sum, width) => sum + width + 2, -2))}\n`;
  const [head, ...body] = rows.map(line);
  return head + rule + body.slice(0, -1).join('') + rule + body.at(-1);
}

/** The end of a long path, from a folder's start on: the part that tells files apart. */
function short(path: string, width = 34): string {
  if (path.length <= width) return path;
  const start = path.indexOf('/', path.length - width + 1);
  return start > 0 ? `…${path.slice(start)}` : `…${path.slice(1 - width)}`;
}

function saving(before: number, after: number): string {
  if (before === 0) return '';
  const percent = Math.round(100 * (1 - after / before));
  return percent < 0 ? `+${-percent} %` : `${percent} %`;
}

function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  return count < 1e6 ? `${(count / 1e3).toFixed(1)} kB` : `${(count / 1e6).toFixed(2)} MB`;
}
