// A* on a map of square cells. A cell is a byte: what a step onto it costs, 1 to 9, or 0 for a wall. Steps go to the four neighbours.

export const signatures = {
  route: '(bytes,i32,i32,i32)->bytes',
  cost: '(bytes,bytes)->i32',
};

/** Cells that may be looked at next, the most promising first; a binary heap of keys whose order is total. */
class Queue {
  #keys = [];

  get isEmpty() {
    return this.#keys.length === 0;
  }

  push(key) {
    const keys = this.#keys;
    let at = keys.length;
    for (let above = (at - 1) >> 1; at > 0 && keys[above] > key; at = above, above = (at - 1) >> 1) keys[at] = keys[above];
    keys[at] = key;
  }

  pop() {
    const keys = this.#keys;
    const first = keys[0], last = keys.pop();
    let at = 0;
    if (keys.length === 0) return first;
    for (let below = 1; below < keys.length; below = 2 * at + 1) {
      if (below + 1 < keys.length && keys[below + 1] < keys[below]) below++;
      if (keys[below] >= last) break;
      keys[at] = keys[below];
      at = below;
    }
    keys[at] = last;
    return first;
  }
}

/**
 * The cheapest way between two cells as uint32 cell numbers, both ends included; empty if there is none. Of equally cheap ways the one
 * that is found when cells are looked at by estimated cost and then by number, so that there is one answer.
 */
export function route(map, width, from, to) {
  const cells = map.length;
  if (width < 1 || cells % width !== 0) throw new RangeError(`not a map: cells=${cells}, width=${width}`);
  for (const cell of [from, to]) if (cell < 0 || cell >= cells) throw new RangeError(`no such cell: cell=${cell}, cells=${cells}`);
  const toX = to % width, toY = (to - toX) / width;
  const estimate = (cell) => Math.abs((cell % width) - toX) + Math.abs(Math.floor(cell / width) - toY);
  const costs = new Int32Array(cells).fill(-1), cameFrom = new Int32Array(cells), done = new Uint8Array(cells);
  const queue = new Queue();
  // Cost and cell in one number, below 2^53.
  const enqueue = (cell) => queue.push((costs[cell] + estimate(cell)) * cells + cell);
  costs[from] = 0;
  if (map[from] !== 0) enqueue(from);
  while (!queue.isEmpty) {
    const cell = queue.pop() % cells;
    if (cell === to) return wayTo(to, from, cameFrom);
    if (done[cell]) continue;
    done[cell] = 1;
    const x = cell % width;
    for (const next of [cell - width, x > 0 ? cell - 1 : -1, x < width - 1 ? cell + 1 : -1, cell + width]) {
      if (next < 0 || next >= cells || map[next] === 0 || done[next]) continue;
      const cost = costs[cell] + map[next];
      if (costs[next] >= 0 && costs[next] <= cost) continue;
      costs[next] = cost;
      cameFrom[next] = cell;
      enqueue(next);
    }
  }
  return new Uint8Array(0);
}

function wayTo(to, from, cameFrom) {
  const way = [to];
  while (way.at(-1) !== from) way.push(cameFrom[way.at(-1)]);
  return new Uint8Array(Uint32Array.from(way.reverse()).buffer);
}

/** What a way costs on a map; -1 for no way. */
export function cost(map, way) {
  if (way.byteLength === 0) return -1;
  const cells = new Uint32Array(way.buffer, way.byteOffset, way.byteLength >> 2);
  let sum = 0;
  for (let i = 1; i < cells.length; i++) sum += map[cells[i]];
  return sum;
}
