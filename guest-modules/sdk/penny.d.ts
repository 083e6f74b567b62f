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

/**
 * A call to fork: a function that this module exports with a signature, or the name of one (`'name'`, `'module/name'` in any language,
 * `'module/name(i32)->i32'` where there are several), and its arguments.
 */
type PennyCall = readonly [task: string | ((...values: any[]) => unknown), ...values: unknown[]];

/** What a call gives: the result of the function, awaited. */
type PennyResult<C> = C extends readonly [(...values: any[]) => infer R, ...unknown[]] ? Awaited<R> : unknown;

/** A task of a graph. Outcome, result and error are those of the last run. */
interface PennyGraphTask {
  readonly name: string;
  /** `skipped`: a task that it needs has not ended well. */
  readonly outcome: 'not run' | 'done' | 'failed' | 'skipped' | 'cancelled';
  /** Throws unless the task is done. */
  readonly result: unknown;
  /** Why it failed; undefined if it did not. */
  readonly error: string | undefined;
  /** Starts when these have ended well, too. */
  after(...tasks: PennyGraphTask[]): PennyGraphTask;
  /** Goes before or after other tasks that are ready. */
  priority(priority: 'low' | 'normal' | 'high'): PennyGraphTask;
  /** Runs on this worker only, counted from 0; the backend must have a thread for it beside the one that waits. */
  pinnedTo(worker: number): PennyGraphTask;
}

/** A graph of tasks, see {@link Penny.graph}. */
interface PennyGraph {
  readonly name: string;
  /**
   * Adds a task under a name of its own. An argument of the call may be an earlier task of this graph: then it takes the result of that
   * task, which must be of the type of the parameter.
   */
  task(name: string, call: PennyCall): PennyGraphTask;
  /** Runs the graph, as often as wanted, and waits. Throws if the graph cannot run, or, after all that could run has, if a task failed. */
  run(): void;
}

interface Penny {
  /**
   * Calls two functions, perhaps at once on two workers, and waits for both. Neither may be async. If one throws, the other is not
   * started or is waited for, and this throws the same.
   */
  join<A extends PennyCall, B extends PennyCall>(first: A, second: B): [PennyResult<A>, PennyResult<B>];

  /** Any number of calls, perhaps at once; the functions may be async. Rejects with the first failure when all calls have ended. */
  all<C extends readonly PennyCall[]>(calls: [...C]): Promise<{ -readonly [I in keyof C]: PennyResult<C[I]> }>;

  /** Starts a graph of tasks. The name is for messages. */
  graph(name?: string): PennyGraph;

  /** Writes a line to the log of the host. */
  log(level: PennyLogLevel, text: string): void;
}

declare const penny: Penny;
