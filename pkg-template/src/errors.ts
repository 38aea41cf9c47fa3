/**
 * The one error type. `code` is API and stays; the message names the value and the range, and may change.
 */

/** Every code there is; Rust holds the same list, and a test compares the two. */
export const ERROR_CODES = Object.freeze([
  'INVALID_OPTION',
  'INVALID_INPUT',
  'UNSUPPORTED_FORMAT',
  'UNSUPPORTED_FEATURE',
  'CORRUPT_IMAGE',
  'LIMIT_EXCEEDED',
  'OUT_OF_MEMORY',
  'ENCODE_FAILED',
  'TARGET_UNREACHABLE',
  'LOAD_FAILED',
  'IO',
  'ABORTED',
  'INTERNAL',
] as const);

export type ErrorCode = (typeof ERROR_CODES)[number];

export class ImageCompressionError extends Error {
  /** Stable name of what went wrong. */
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ImageCompressionError';
    this.code = code;
  }
}

/** An error as it crosses a boundary that keeps no classes: out of wasm, or over postMessage. */
export interface ErrorFacts {
  readonly code: ErrorCode;
  readonly message: string;
}

export function isErrorFacts(value: unknown): value is ErrorFacts {
  const facts = value as Partial<ErrorFacts> | null;
  return typeof facts === 'object' && facts !== null && ERROR_CODES.includes(facts.code as ErrorCode);
}

/** Wraps whatever a host's IO threw; an error that is already ours passes through. */
export function ioError(doing: string, cause: unknown): ImageCompressionError {
  if (cause instanceof ImageCompressionError) return cause;
  return new ImageCompressionError('IO', `${doing}: ${reason(cause)}`, { cause });
}

/** The message of anything that was thrown. */
export function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
