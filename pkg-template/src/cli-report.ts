/**
 * What the command line prints: a bar on a terminal and a line per file elsewhere while it works, then a table with
 * totals, or one JSON object.
 */
import type { BatchItem, BatchOutput, Progress } from './types.js';

export interface Totals {
  readonly done: number;
  readonly failed: number;
  readonly inputSize: number;
  readonly outputSize: number;
}

export interface ProgressLine {
  /** Between items: how far the work is. */
  move(progress: Progress): void;
  step(item: BatchItem): void;
  end(): void;
}

const SILENT: ProgressLine = { move() {}, step() {}, end() {} };

/** Progress goes to the error stream, so that standard output holds the result alone. */
export function progress(total: number, json: boolean): ProgressLine {
  if (json) return SILENT;
  return process.stderr.isTTY ? bar() : lines(total);
}

function bar(): ProgressLine {
  const width = 30;
  return {
    move({ ratio, done, total = 0, file }) {
      const filled = Math.round(width * ratio);
      const text = `${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${done}/${total} ${file}`;
      process.stderr.write(`\r\x1b[K${text.slice(0, (process.stderr.columns || 80) - 1)}`);
    },
    step() {},
    end: () => void process.stderr.write('\r\x1b[K'),
  };
}

function lines(total: number): ProgressLine {
  let done = 0;
  return {
    move() {},
    step(item) {
      done += 1;
      for (const text of sentences(item)) process.stderr.write(`[${done}/${total}] ${text}\n`);
    },
    end() {},
  };
}

function sentences(item: BatchItem): string[] {
  if (item.error) return [`${item.input}: ${item.error.code}: ${item.error.message}`];
  return item.results.map(({ path, size }) => `${item.input} → ${path} (${bytes(item.inputSize)} → ${bytes(size)})`);
}

/** The order of the inputs, whichever was done first. */
export function report(items: BatchItem[], json: boolean): Totals {
  items.sort((a, b) => a.index - b.index);
  const totals = add(items);
  process.stdout.write(json ? `${JSON.stringify(facts(items, totals), null, 2)}\n` : table(items, totals));
  return totals;
}

/** Failed files count neither way: a saving is what the outputs that came out saved, each against its input. */
function add(items: BatchItem[]): Totals {
  const outputs = items.flatMap(outputsOf);
  const failed = items.filter(({ error }) => error).length;
  const sum = (sizes: number[]) => sizes.reduce((total, size) => total + size, 0);
  return { done: outputs.length, failed, inputSize: sum(outputs.map(({ inputSize }) => inputSize)), outputSize: sum(outputs.map(({ size }) => size)) };
}

type Row = BatchOutput & { readonly input: string };

function outputsOf({ input, results = [] }: BatchItem): Row[] {
  return results.map((result) => ({ ...result, input }));
}

function facts(items: BatchItem[], totals: Totals): unknown {
  const successful = items.flatMap(outputsOf).map(({ input, path, data: _, lastModified: __, ...rest }) => ({ input, output: path, ...rest }));
  const failed = items.flatMap(({ input, error }) => (error ? [{ input, code: error.code, message: error.message }] : []));
  return { successful, failed, totalInputSize: totals.inputSize, totalOutputSize: totals.outputSize };
}

function table(items: BatchItem[], totals: Totals): string {
  const outputs = items.flatMap(outputsOf);
  const scored = outputs.some(({ score }) => score !== undefined);
  const rows = outputs.map((output) => row(output, scored));
  const count = `${totals.done} ${totals.done === 1 ? 'file' : 'files'}`;
  const sum = [count, '', '', ...(scored ? [''] : []), bytes(totals.inputSize), bytes(totals.outputSize), saving(totals.inputSize, totals.outputSize)];
  const failures = items.flatMap((item) => (item.error ? sentences(item).map((text) => `  failed: ${text}\n`) : []));
  const head = ['input', 'output', 'size', ...(scored ? ['score'] : []), 'before', 'after', 'saved'];
  return (rows.length > 0 ? grid([head, ...rows, sum]) : 'no file was compressed\n') + failures.join('');
}

function row({ input, path, inputSize, width, height, score, size }: Row, scored: boolean): string[] {
  return [short(input), short(path), `${width}×${height}`, ...(scored ? [score?.toFixed(1) ?? ''] : []), bytes(inputSize), bytes(size), saving(inputSize, size)];
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
