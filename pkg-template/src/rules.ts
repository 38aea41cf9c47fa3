/**
 * What an option may be. A rule says it in words and decides it for a value; `checkOptions` walks an object by a
 * table of rules, so that every face of the package (service, call, batch, command line) refuses the same things
 * in the same words: the key, the value, the range, and what was probably meant.
 */
import { ImageCompressionError } from './errors.js';

export interface Rule {
  /** Completes "KEY must be …". */
  readonly expects: string;
  /** Completes "KEY is …; did you mean …?", where that is shorter. */
  readonly brief?: string;
  readonly accepts: (value: unknown) => boolean;
  /** What was probably meant by a value that is refused. */
  readonly suggests?: (value: unknown) => string | undefined;
  /** Bounds of a number and words of a choice: for the command line, and for the test that holds Rust to them. */
  readonly range?: readonly [number, number];
  readonly choices?: readonly string[];
}

export type RuleTable = Readonly<Record<string, Rule>>;

export function integer(min: number, max: number, suggests?: Rule['suggests']): Rule {
  const accepts = (value: unknown) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
  return { expects: `an integer from ${min} to ${max}`, brief: `${min}–${max}`, accepts, range: [min, max], ...(suggests && { suggests }) };
}

export const boolean: Rule = { expects: 'true or false', accepts: (value) => typeof value === 'boolean' };

export function choice(...choices: string[]): Rule {
  return {
    expects: `one of ${choices.map(show).join(', ')}`,
    accepts: (value) => choices.includes(value as string),
    suggests: (value) => (typeof value === 'string' ? quote(nearest(value, choices)) : undefined),
    choices,
  };
}

/** A value that `rule` takes, in words of its own. */
export function matching(expects: string, accepts: Rule['accepts']): Rule {
  return { expects, accepts };
}

export function either(...rules: Rule[]): Rule {
  return {
    expects: rules.map((rule) => rule.expects).join(', or '),
    accepts: (value) => rules.some((rule) => rule.accepts(value)),
  };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isPromise(value: unknown): value is PromiseLike<never> {
  return isObject(value) && typeof value['then'] === 'function';
}

/** What an object says it is, which is the same in every realm. */
export function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** Throws `INVALID_OPTION` at the first key that is unknown or whose value breaks its rule. `undefined` is "not given". */
export function checkOptions(options: unknown, table: RuleTable, prefix = ''): void {
  if (!isObject(options)) throw invalid(`${prefix || 'options'} must be an object, not ${show(options)}`);
  for (const [key, value] of Object.entries(options)) {
    if (value !== undefined) checkOption(prefix ? `${prefix}.${key}` : key, value, ruleFor(key, table, prefix));
  }
}

function ruleFor(key: string, table: RuleTable, prefix: string): Rule {
  if (Object.hasOwn(table, key)) return table[key] as Rule;
  const meant = nearest(key, Object.keys(table));
  const known = meant ? `did you mean ${show(meant)}?` : `known are ${Object.keys(table).join(', ')}`;
  throw invalid(`unknown option ${show(prefix ? `${prefix}.${key}` : key)}; ${known}`);
}

function checkOption(path: string, value: unknown, rule: Rule): void {
  if (rule.accepts(value)) return;
  const meant = rule.suggests?.(value);
  if (meant) throw invalid(`${path} is ${rule.brief ?? rule.expects}; did you mean ${meant}? (given: ${show(value)})`);
  throw invalid(`${path} is ${show(value)}; it must be ${rule.expects}`);
}

export function invalid(message: string): ImageCompressionError {
  return new ImageCompressionError('INVALID_OPTION', message);
}

/** A value as it stands in a message: short, and never failing on odd ones. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return 'a function';
  if (!isObject(value) && !Array.isArray(value)) return String(value);
  try {
    const text = JSON.stringify(value);
    return text.length > 60 ? `${text.slice(0, 57)}…` : text;
  } catch {
    return 'an object';
  }
}

function quote(word: string | undefined): string | undefined {
  return word === undefined ? undefined : show(word);
}

/** The known word that `typed` is a slip or two away from, if any; a short word is allowed one slip. */
export function nearest(typed: string, known: readonly string[]): string | undefined {
  const scored = known.map((word) => ({ word, slips: slipsBetween(typed.toLowerCase(), word.toLowerCase()) }));
  scored.sort((a, b) => a.slips - b.slips);
  const best = scored[0];
  return best && best.slips <= Math.min(2, Math.ceil(typed.length / 4)) ? best.word : undefined;
}

/** Edit distance that counts two letters changed round as one slip (optimal string alignment), a row at a time. */
function slipsBetween(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number) => rows[i]![j]!;
  for (let i = 1; i <= a.length; i++) {
    rows[i] = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = isSwap ? at(i - 2, j - 2) + 1 : Infinity;
      rows[i]!.push(Math.min(substitute, swap, at(i - 1, j) + 1, at(i, j - 1) + 1));
    }
  }
  return at(a.length, b.length);
}
