// penny.join, penny.all and penny.graph for one context. Evaluated before the module, so that it holds the real constructors whatever the module
// does to the globals. The host side is JsForks.
//
// A fork is an entry of `jobs`, private to this context. Every `budget` forks the host is asked whether a heartbeat has passed; then the
// oldest entry is given away: it becomes a task that any worker may take. Entries below `given` are given away or may not be. A join that
// finds its entry still private calls the function.
//
// Given children of a join are awaited here, inside the call, and other tasks may run in this context meanwhile. Those of penny.all are
// left to the host, which awaits them once the task has returned to it: only then can promises settle.
(host) => {
  const BigIntOf = BigInt, BytesOf = Uint8Array, BufferOf = ArrayBuffer, ErrorOf = Error, MapOf = Map, PromiseOf = Promise;
  const TypeErrorOf = TypeError, TextOf = String;
  const { isArray } = Array, { isSafeInteger } = Number, { asIntN } = BigInt, { fround } = Math, { keys } = Object, { apply } = Reflect;
  const { slice, split } = { slice: Array.prototype.slice, split: String.prototype.split };
  const AsyncFunctionOf = (async () => {}).constructor;
  const GeneratorFunctionOf = (function* () {}).constructor;
  const mapGet = MapOf.prototype.get, mapSet = MapOf.prototype.set, then = PromiseOf.prototype.then, allSettled = PromiseOf.allSettled;
  const BUDGET_MAX = 16;

  const isThenable = (value) => value !== null && typeof value === 'object' && typeof value.then === 'function';
  const show = (value) => (typeof value === 'function' ? value.name || 'a function' : TextOf(value));

  // ---- values: what a task would get and give, so that a call here and one on another worker are the same

  const incoming = {
    i32: (v) => typeof v === 'number' && (v | 0) === v ? v | 0 : undefined,
    i64: (v) => typeof v === 'bigint' ? (asIntN(64, v) === v ? v : undefined) : isSafeInteger(v) ? BigIntOf(v) : undefined,
    f32: (v) => typeof v === 'number' ? fround(v) : undefined,
    f64: (v) => typeof v === 'number' ? v : undefined,
    string: (v) => typeof v === 'string' ? v : undefined,
    bytes: (v) => v instanceof BytesOf ? v : v instanceof BufferOf ? new BytesOf(v) : undefined,
  };
  const fromHost = {
    i64: (v) => BigIntOf(v),
    bytes: (v) => new BytesOf(new BufferOf(v)),
    '()': () => undefined,
  };

  // ---- targets

  let exports = null;
  let lastKey, lastTarget;
  const targets = new MapOf();

  const exportedName = (task) => {
    for (const name of keys(exports)) if (exports[name] === task) return name;
    throw new TypeErrorOf(`penny: not an exported function of this module: function=${show(task)}`);
  };

  const makeTarget = (key) => {
    if (exports === null) throw new ErrorOf('penny: forks need a running task: the module is still being loaded');
    if (typeof key !== 'function' && typeof key !== 'string') {
      throw new TypeErrorOf(`penny: a call is an array [function or name, ...arguments]: found=${show(key)}`);
    }
    const described = host.target(typeof key === 'function' ? exportedName(key) : key);
    const [id, own, types, resultType, name] = [described[0], described[1], described[2], described[3], described[4]];
    const converts = types === '' ? [] : apply(split, types, [',']).map((type) => incoming[type]);
    const task = own === '' ? undefined : exports[own];

    const argument = (call, index) => {
      const value = converts[index](call[index + 1]);
      if (value === undefined) {
        const type = apply(split, types, [','])[index];
        throw new TypeErrorOf(`penny: wrong argument: function=${name}, index=${index}, type=${type}, value=${show(call[index + 1])}`);
      }
      return value;
    };
    const invoke = (call) => {
      if (call.length !== converts.length + 1) {
        throw new TypeErrorOf(`penny: wrong arity: function=${name}, arguments=${call.length - 1}, expected=${converts.length}`);
      }
      switch (converts.length) {
        case 0: return task();
        case 1: return task(argument(call, 0));
        case 2: return task(argument(call, 0), argument(call, 1));
        case 3: return task(argument(call, 0), argument(call, 1), argument(call, 2));
        default: {
          const values = [];
          for (let i = 0; i < converts.length; i++) values[i] = argument(call, i);
          return apply(task, undefined, values);
        }
      }
    };
    const finish = (result) => {
      if (resultType === '()') return undefined;
      const value = incoming[resultType](result);
      if (value === undefined) {
        throw new TypeErrorOf(`penny: result does not fit: function=${name}, type=${resultType}, value=${show(result)}`);
      }
      return value;
    };
    const received = fromHost[resultType] ?? ((value) => value);
    const remote = (call) => received(unpack(waiting(() => host.call(id, call))));
    return {
      id,
      blocking: described[5],
      received,
      arity: converts.length,
      argument,
      /** The result, by a plain call if the function is of this module. */
      run: own === '' ? remote : (call) => {
        const result = invoke(call);
        if (isThenable(result)) throw new TypeErrorOf(`penny.join: the function returned a promise, use penny.all: function=${name}`);
        return finish(result);
      },
      /** The result or a promise of it. */
      start: own === '' ? remote : (call) => {
        const result = invoke(call);
        return isThenable(result) ? apply(then, PromiseOf.resolve(result), [finish]) : finish(result);
      },
      isAsync: task instanceof AsyncFunctionOf,
      name,
    };
  };

  const targetOf = (call) => {
    const key = isArray(call) ? call[0] : undefined;
    if (key === lastKey && key !== undefined) return lastTarget;
    let target = apply(mapGet, targets, [key]);
    if (target === undefined) {
      target = makeTarget(key);
      apply(mapSet, targets, [key, target]);
    }
    lastKey = key;
    lastTarget = target;
    return target;
  };

  // ---- failures of children that ran elsewhere

  const failure = (name, message, stack) => {
    const error = new ErrorOf(message);
    if (name !== 'Error') error.name = name;
    error.stack = stack === '' ? error.stack : `${name}: ${message}\n${stack}\n    joined from\n${error.stack}`;
    host.failed(error);
    return error;
  };

  /** What the host answered: [0, value], or [1, name, message, stack]. */
  const unpack = (answer) => {
    if (answer[0] === 0) return answer[1];
    throw failure(answer[1], answer[2], answer[3]);
  };

  // ---- the private stack

  const jobs = [], handles = [];
  let size = 0, given = 0, countdown = 1, budget = 1;

  /** Other tasks may run here meanwhile; they must not give away what is not theirs. */
  const waiting = (wait) => {
    const outer = given, base = size;
    given = base;
    try {
      return wait();
    } finally {
      unwind(base);
      given = outer;
    }
  };

  const giveOldest = () => {
    for (; given < size; given++) {
      const job = jobs[given];
      if (isArray(job)) {
        const handle = host.give(targetOf(job).id, job);
        if (handle !== 0) handles[given++] = handle;
        return;
      }
      if (job.next < job.end) {
        const last = job.end - 1;
        const handle = host.give(job.targets[last].id, job.calls[last]);
        if (handle !== 0) job.handles[job.end = last] = handle;
        return;
      }
    }
  };

  const fork = (job) => {
    jobs[size] = job;
    size++;
    if (--countdown > 0) return;
    if (host.due()) {
      budget = 1;
      giveOldest();
    } else if (budget < BUDGET_MAX) {
      budget *= 2;
    }
    countdown = budget;
  };

  const pop = (index) => {
    jobs[index] = undefined;
    handles[index] = 0;
    size = index;
    if (given > index) given = index;
  };

  const drop = (handle) => { waiting(() => host.drop(handle)); };

  /** Ends what was forked from this position on: private entries never start, the others are waited for. */
  const unwind = (from) => {
    while (size > from) {
      const job = jobs[size - 1], handle = handles[size - 1];
      pop(size - 1);
      if (handle) drop(handle);
      else if (job !== undefined && !isArray(job)) for (let i = job.end; i < job.calls.length; i++) drop(job.handles[i]);
    }
  };

  const joinAt = (index, target, call) => {
    unwind(index + 1);
    const handle = handles[index];
    if (!handle) {
      pop(index);
      return target.run(call);
    }
    const answer = waiting(() => host.await(handle));
    pop(index);
    return answer === null ? target.run(call) : target.received(unpack(answer));
  };

  const join = (first, second) => {
    const f = targetOf(first), g = targetOf(second);
    if (f.isAsync || g.isAsync) {
      throw new TypeErrorOf(`penny.join: an async function, use penny.all: function=${f.isAsync ? f.name : g.name}`);
    }
    const index = size;
    fork(second);
    try {
      if (g.blocking && given === index) giveOldest();
      const a = f.run(first);
      if (index >= given && size === index + 1) {
        jobs[index] = undefined;
        size = index;
        return [a, g.run(second)];
      }
      return [a, joinAt(index, g, second)];
    } catch (e) {
      unwind(index);
      throw e;
    }
  };

  const start = (entry) => {
    const index = size;
    fork(entry);
    try {
      while (entry.next < entry.end) {
        const i = entry.next++;
        if (entry.targets[i].blocking) {
          const handle = host.give(entry.targets[i].id, entry.calls[i]);
          entry.values[i] = handle === 0 ? entry.targets[i].run(entry.calls[i]) : later(handle, entry.targets[i], entry.calls[i]);
        } else {
          entry.values[i] = entry.targets[i].start(entry.calls[i]);
        }
      }
      jobs[index] = undefined; // The host has them from here on.
      size = index;
      if (given > index) given = index;
    } catch (e) {
      unwind(index);
      entry.failure = e;
      entry.failed = true;
      return;
    }
    for (let i = entry.end; i < entry.calls.length; i++) entry.values[i] = later(entry.handles[i], entry.targets[i], entry.calls[i]);
  };

  /** A promise that the host settles after it has awaited a given child. */
  const later = (handle, target, call) => new PromiseOf((resolve, reject) => {
    host.later(handle, (answer) => {
      try {
        resolve(answer === null ? target.start(call) : target.received(unpack(answer)));
      } catch (e) {
        reject(e);
      }
    });
  });

  const all = async (calls) => {
    const list = apply(slice, calls, []);
    const entry = {
      calls: list, targets: list.map(targetOf), next: 0, end: list.length, handles: [], values: [], failed: false, failure: undefined,
    };
    start(entry);
    const settled = await apply(allSettled, PromiseOf, [entry.values]);
    if (entry.failed) throw entry.failure;
    for (const one of settled) if (one.status === 'rejected') throw one.reason;
    return settled.map((one) => one.value);
  };

  // ---- graphs

  const OUTCOMES = ['not run', 'done', 'failed', 'skipped', 'cancelled'];
  const PRIORITIES = { low: -1, normal: 0, high: 1 };

  /** A task of a graph, with how it ended in the last run. */
  const graphTask = (name, spec, indexOf) => {
    let state = 0, value;
    const task = {
      name,
      get outcome() { return OUTCOMES[state]; },
      get error() { return state === 2 ? value : undefined; },
      get result() {
        if (state === 1) return value;
        throw new ErrorOf(state === 2 ? value : `penny.graph: no result: task=${name}, outcome=${OUTCOMES[state]}`);
      },
      after: (...tasks) => {
        for (const before of tasks) spec.after.push(indexOf(before));
        return task;
      },
      priority: (priority) => {
        if (!(priority in PRIORITIES)) throw new TypeErrorOf(`penny.graph: unknown priority: task=${name}, value=${show(priority)}, known=low, normal, high`);
        spec.priority = PRIORITIES[priority];
        return task;
      },
      pinnedTo: (worker) => {
        const number = incoming.i32(worker);
        if (number === undefined || number < 0) throw new TypeErrorOf(`penny.graph: not a worker: task=${name}, value=${show(worker)}`);
        spec.worker = number;
        return task;
      },
    };
    return { task: Object.freeze(task), ended: (newState, newValue) => { state = newState; value = newValue; } };
  };

  const graph = (name = 'graph') => {
    const specs = [], entries = [], indices = new MapOf();
    const indexOf = (task) => {
      const index = apply(mapGet, indices, [task]);
      if (index === undefined) throw new TypeErrorOf(`penny.graph: not a task of this graph: graph=${name}, value=${show(task?.name ?? task)}`);
      return index;
    };
    return Object.freeze({
      name,
      task: (taskName, call) => {
        const target = targetOf(call);
        if (call.length !== target.arity + 1) {
          throw new TypeErrorOf(`penny: wrong arity: function=${target.name}, arguments=${call.length - 1}, expected=${target.arity}`);
        }
        const spec = { name: TextOf(taskName), target: target.id, values: [], sources: [], after: [], priority: 0, worker: -1 };
        for (let i = 0; i < target.arity; i++) {
          const source = apply(mapGet, indices, [call[i + 1]]);
          spec.sources.push(source ?? -1);
          spec.values.push(source === undefined ? target.argument(call, i) : null);
        }
        const { task, ended } = graphTask(spec.name, spec, indexOf);
        apply(mapSet, indices, [task, specs.length]);
        specs.push(spec);
        entries.push({ target, ended });
        return task;
      },
      run: () => {
        if (exports === null) throw new ErrorOf('penny: graphs need a running task: the module is still being loaded');
        for (const { ended } of entries) ended(0, undefined);
        const answer = waiting(() => host.graph(name, specs));
        for (let i = 0; i < entries.length; i++) {
          const state = answer[1][i];
          entries[i].ended(state, state === 1 ? entries[i].target.received(answer[2][i]) : answer[2][i]);
        }
        if (answer[0] !== null) throw new ErrorOf(answer[0]);
      },
    });
  };

  return Object.freeze({
    join,
    all,
    graph,
    link: (namespace) => { exports = namespace; },
    isAsync: (task) => task instanceof AsyncFunctionOf,
    isGenerator: (task) => task instanceof GeneratorFunctionOf,
  });
}
