// Types for JavaScript and TypeScript tasks. A task module is an ES module:
//
//     /** @type {PennySignatures} */
//     export const signatures = { count: '(string)->i32' };
//     export function count(text) { ... }

/** How a value travels: i32 f32 f64 as number, i64 as bigint, bytes as Uint8Array, string as string. */
type PennyType = 'i32' | 'i64' | 'f32' | 'f64' | 'bytes' | 'string';

/** `(i32,f64)->string`, `()->i64`, `(i32)->()`: at most 8 parameters and one result, no spaces. */
type PennySignature = `(${string})->${PennyType | '()'}`;

/** The `signatures` export of a task module: a signature for each exported function that is a task. */
type PennySignatures = Record<string, PennySignature>;

/** 0 debug, 1 info, 2 warn, 3 error. */
type PennyLogLevel = 0 | 1 | 2 | 3;

interface Penny {
  /** Writes a line to the log of the host. */
  log(level: PennyLogLevel, text: string): void;
}

declare const penny: Penny;
