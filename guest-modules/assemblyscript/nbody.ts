// Sun and four outer planets under their own gravity: the n-body problem of the Computer Language Benchmarks Game.
// Units: astronomical unit, solar mass x 4 pi^2, day / 365.24.

const SOLAR_MASS: f64 = 4.0 * Math.PI * Math.PI;
const DAYS_PER_YEAR: f64 = 365.24;
const STEP_YEARS: f64 = 0.01;
const BODIES: i32 = 5;

// One record per body: position x y z, velocity x y z, mass. Sun, Jupiter, Saturn, Uranus, Neptune.
const RECORD: i32 = 7;
const start: StaticArray<f64> = [
  0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0,
  4.84143144246472090e+00, -1.16032004402742839e+00, -1.03622044471123109e-01,
  1.66007664274403694e-03, 7.69901118419740425e-03, -6.90460016972063023e-05, 9.54791938424326609e-04,
  8.34336671824457987e+00, 4.12479856412430479e+00, -4.03523417114321381e-01,
  -2.76742510726411899e-03, 4.99852801234917238e-03, 2.30417297573763929e-05, 2.85885980666130812e-04,
  1.28943695621391310e+01, -1.51111514016986312e+01, -2.23307578892655734e-01,
  2.96460137564761618e-03, 2.37847173959480950e-03, -2.96589568540237556e-05, 4.36624404335156298e-05,
  1.53796971148509165e+01, -2.59193146099879641e+01, 1.79258772950371181e-01,
  2.68067772490389322e-03, 1.62824170038242295e-03, -9.51592254519715870e-05, 5.15138902046611451e-05,
];
const bodies = new StaticArray<f64>(BODIES * RECORD);

// @ts-ignore: decorator
@inline
function get(body: i32, field: i32): f64 {
  return unchecked(bodies[body * RECORD + field]);
}

// @ts-ignore: decorator
@inline
function add(body: i32, field: i32, value: f64): void {
  unchecked(bodies[body * RECORD + field] += value);
}

function reset(): void {
  for (let body = 0; body < BODIES; body++) {
    for (let field = 0; field < RECORD; field++) {
      const unit: f64 = field < 3 ? 1.0 : field < 6 ? DAYS_PER_YEAR : SOLAR_MASS;
      const at = body * RECORD + field;
      unchecked(bodies[at] = start[at] * unit);
    }
  }
  // The sun moves so that the system as a whole stands still.
  for (let axis = 3; axis < 6; axis++) {
    let momentum: f64 = 0.0;
    for (let body = 0; body < BODIES; body++) momentum += get(body, axis) * get(body, 6);
    add(0, axis, -momentum / SOLAR_MASS);
  }
}

function advance(): void {
  for (let i = 0; i < BODIES; i++) {
    for (let j = i + 1; j < BODIES; j++) {
      const dx = get(i, 0) - get(j, 0);
      const dy = get(i, 1) - get(j, 1);
      const dz = get(i, 2) - get(j, 2);
      const squared = dx * dx + dy * dy + dz * dz;
      const pull = STEP_YEARS / (squared * Math.sqrt(squared));
      const toI = get(j, 6) * pull;
      const toJ = get(i, 6) * pull;
      add(i, 3, -dx * toI);
      add(i, 4, -dy * toI);
      add(i, 5, -dz * toI);
      add(j, 3, dx * toJ);
      add(j, 4, dy * toJ);
      add(j, 5, dz * toJ);
    }
  }
  for (let i = 0; i < BODIES; i++) {
    for (let axis = 0; axis < 3; axis++) add(i, axis, STEP_YEARS * get(i, axis + 3));
  }
}

function totalEnergy(): f64 {
  let sum: f64 = 0.0;
  for (let i = 0; i < BODIES; i++) {
    const vx = get(i, 3);
    const vy = get(i, 4);
    const vz = get(i, 5);
    sum += 0.5 * get(i, 6) * (vx * vx + vy * vy + vz * vz);
    for (let j = i + 1; j < BODIES; j++) {
      const dx = get(i, 0) - get(j, 0);
      const dy = get(i, 1) - get(j, 1);
      const dz = get(i, 2) - get(j, 2);
      sum -= get(i, 6) * get(j, 6) / Math.sqrt(dx * dx + dy * dy + dz * dz);
    }
  }
  return sum;
}

/** The energy after `steps` steps from the start values: -0.169075164 after 0, -0.169087605 after 1000. */
export function energy(steps: i32): f64 {
  reset();
  for (let step = 0; step < steps; step++) advance();
  return totalEnergy();
}
