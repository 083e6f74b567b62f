// Task graphs built in JavaScript, each with an answer that is easy to know. They use functions of arith in any language.

export const signatures = {
  squares: '(i32)->i32',
  join: '(string,string)->string',
  sentence: '(string)->string',
  types: '()->string',
  failsOn: '(i32,i32)->i32',
  chain: '(i32)->string',
  nested: '(i32)->i32',
  pinned: '(i32)->i32',
  slowly: '(i32)->i32',
  promised: '(i32)->i32',
  circle: '()->()',
  wrong: '(string)->()',
  twice: '()->string',
};

/** The sum of the squares below n: n tasks that square, and a tree of tasks that add. */
export function squares(n) {
  const graph = penny.graph('squares');
  const sums = Array.from({ length: n }, (_, i) => graph.task(`square ${i}`, ['arith/square', i]));
  for (let i = 0; i + 1 < sums.length; i += 2) sums.push(graph.task(`add ${i / 2}`, ['arith/add', sums[i], sums[i + 1]]));
  graph.run();
  return sums.at(-1).result;
}

export function join(left, right) {
  return `${left} ${right}`;
}

/** Functions of this module, and text that flows between them. */
export function sentence(name) {
  const graph = penny.graph();
  const greeting = graph.task('greeting', [join, 'hello', name]);
  const both = graph.task('both', [join, greeting, 'and goodbye']);
  graph.run();
  return `${both.result}, ${both.outcome}, ${greeting.name}`;
}

/** Every type that a result can have. */
export function types() {
  const graph = penny.graph();
  const tasks = [
    graph.task('i32', ['arith/add', -3, 2]),
    graph.task('i64', ['arith/mul64', 1n << 20n, 1 << 20]),
    graph.task('f32', ['arith/average', 1, 2]),
    graph.task('f64', ['arith/hypot', 3, 4]),
    graph.task('bytes', ['sha256/sha256', new Uint8Array([97, 98, 99])]),
    graph.task('text', ['sha256/sha256_hex', new Uint8Array()]),
  ];
  graph.run();
  return tasks.map(({ result }) => (result instanceof Uint8Array ? `bytes ${result.length} ${result[0]}` : `${typeof result} ${result}`)).join('; ');
}

export function failsOn(value, wrong) {
  if (value === wrong) throw new RangeError(`${value} is the one`);
  return value;
}

/** a -> b -> c, and d after a; one of them fails. Gives the outcomes and the error of the graph. */
export function chain(wrong) {
  const graph = penny.graph('chain');
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name, i) => graph.task(name, [failsOn, i, wrong]));
  b.after(a);
  c.after(b);
  d.after(a).priority('high');
  let error = 'none';
  try {
    graph.run();
  } catch (e) {
    error = e.message;
  }
  return `${[a, b, c, d].map(({ outcome, error: own }) => (own ? `${outcome}(${own})` : outcome)).join(' ')} | ${error}`;
}

/** Graphs of graphs: 2^depth leaves. */
export function nested(depth) {
  if (depth === 0) return 1;
  const graph = penny.graph();
  const [left, right] = ['left', 'right'].map(name => graph.task(name, [nested, depth - 1]));
  const sum = graph.task('sum', ['arith/add', left, right]);
  graph.run();
  return sum.result;
}

/** The square of 9 by a task that only one worker may run. */
export function pinned(worker) {
  const graph = penny.graph();
  const task = graph.task('pinned', ['arith/square', 9]).pinnedTo(worker);
  graph.run();
  return task.result;
}

export async function slowly(value) {
  await null;
  return value + 1;
}

/** Tasks of a graph may be async; they get a context of their own while this one waits. */
export function promised(n) {
  const graph = penny.graph();
  let task = graph.task('0', [slowly, 0]);
  for (let i = 1; i < n; i++) task = graph.task(`${i}`, [slowly, task]);
  graph.run();
  return task.result;
}

export function circle() {
  const graph = penny.graph('round');
  const a = graph.task('a', [failsOn, 1, 2]);
  const b = graph.task('b', [failsOn, 1, 2]).after(a);
  a.after(b);
  graph.run();
}

/** Descriptions that are refused. */
export function wrong(how) {
  const graph = penny.graph('wrong');
  const a = graph.task('a', [failsOn, 1, 2]);
  switch (how) {
    case 'function': graph.task('b', ['arith/nothing', 1]); break;
    case 'module': graph.task('b', ['nothing/add', 1]); break;
    case 'no call': graph.task('b', 17); break;
    case 'arity': graph.task('b', [failsOn, 1]); break;
    case 'type': graph.task('b', [failsOn, 'one', 2]); break;
    case 'result type': graph.task('b', [join, a, 'x']); break;
    case 'name': graph.task('a', [failsOn, 1, 2]); break;
    case 'blank': graph.task(' ', [failsOn, 1, 2]); break;
    case 'foreign task': graph.task('b', [failsOn, penny.graph().task('c', [failsOn, 1, 2]), 2]); break;
    case 'foreign order': a.after(penny.graph().task('c', [failsOn, 1, 2])); break;
    case 'no task': a.after({ name: 'no task' }); break;
    case 'worker': a.pinnedTo(99); break;
    case 'negative worker': a.pinnedTo(-1); break;
    case 'priority': a.priority('urgent'); break;
    case 'itself': a.after(a); break;
    case 'result before the run': a.result; break;
    case 'empty': penny.graph('nothing').run(); break;
    default: throw new Error(`how=${how}`);
  }
  graph.run();
}

/** The same graph run twice. */
export function twice() {
  const graph = penny.graph();
  const task = graph.task('once', [join, 'a', 'b']);
  const before = task.outcome;
  graph.run();
  const first = task.result;
  graph.run();
  return `${before}, ${first}, ${task.result}`;
}
