// A data transform by map and reduce: from lines of orders to sales per region and product.
//
// A line of input is `number,region,product,quantity,cents`; a summary has lines `region,product,orders,quantity,cents`, sorted, and last a
// line `rejected,COUNT`.

export const signatures = {
  summarise: '(string)->string',
  combine: '(string,string)->string',
  report: '(string)->string',
};

const LINE = /^\d+,([a-z]+),([a-z]+),(\d{1,4}),(\d{1,7})$/;

function add(groups, key, orders, quantity, cents) {
  const group = groups.get(key);
  if (group === undefined) {
    groups.set(key, [orders, quantity, cents]);
    return;
  }
  group[0] += orders;
  group[1] += quantity;
  group[2] += cents;
}

function write(groups, rejected) {
  const lines = [...groups].map(([key, sums]) => `${key},${sums.join(',')}\n`).sort();
  return `${lines.join('')}rejected,${rejected}\n`;
}

/** Map: checks and groups lines. A line that is no order is counted and left out. */
export function summarise(text) {
  const groups = new Map();
  let rejected = 0;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const order = LINE.exec(line);
    if (order === null || Number(order[3]) === 0) {
      rejected++;
      continue;
    }
    const quantity = Number(order[3]);
    add(groups, `${order[1]},${order[2]}`, 1, quantity, quantity * Number(order[4]));
  }
  return write(groups, rejected);
}

/** Reduce: two summaries in one. */
export function combine(left, right) {
  const groups = new Map();
  let rejected = 0;
  for (const line of `${left}${right}`.split('\n')) {
    if (line === '') continue;
    const parts = line.split(',');
    if (parts[0] === 'rejected') rejected += Number(parts[1]);
    else add(groups, `${parts[0]},${parts[1]}`, Number(parts[2]), Number(parts[3]), Number(parts[4]));
  }
  return write(groups, rejected);
}

/** Sales per region from a summary, the best first. */
export function report(summary) {
  const regions = new Map();
  for (const line of summary.split('\n')) {
    const parts = line.split(',');
    if (parts.length === 5) regions.set(parts[0], (regions.get(parts[0]) ?? 0) + Number(parts[4]));
  }
  return [...regions].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .map(([region, cents]) => `${region} ${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}\n`).join('');
}
